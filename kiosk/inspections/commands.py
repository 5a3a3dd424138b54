"""A township announces a draw, makes it, or chooses villages; records what was found there, and
sends what is wrong as an order."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from ulid import ULID

from kiosk import clock, supervision, villages
from kiosk.duties import queries as duties
from kiosk.inspections import queries
from kiosk.inspections.queries import Inspection, Record
from kiosk.journal.log import Draft, Journal
from kiosk.notices import queries as notices
from kiosk.rules import inspections as rules
from kiosk.rules.accounts import yuan

TITLE_LIMIT, TEXT_LIMIT = 60, 1000
LINES = 5
"""Lines of a ledger that are checked against their vouchers."""

_TYPED = re.compile(r"[0-9A-Za-z-]{1,64}")


class InspectionRefused(ValueError):
    """It cannot be done so; the message says why, in plain Chinese."""


def announce(
    journal: Journal,
    title: str,
    take_villages: int,
    take_items: int,
    *,
    items: Sequence[str] = (),
    actor: str,
) -> str:
    """Publishes that a draw is to come, with the commitment to its secret; the inspection's id. All
    villages of the township may be drawn, and all items of the catalogue or those of `items`.
    Raises InspectionRefused."""
    known = [each.code for each in villages.children(journal)]
    catalogue = duties.catalogue(journal)
    among = [id for id in (items or catalogue.items) if id in catalogue.items]
    if not known:
        raise InspectionRefused("还没有村接入，不能抽查。")
    if not 1 <= take_villages <= len(known):
        raise InspectionRefused(f"抽几个村要写 1 到 {len(known)} 之间的数。")
    if not 1 <= take_items <= len(among):
        raise InspectionRefused(f"抽几个事项要写 1 到 {len(among)} 之间的数。")
    id, secret = _new_id(), secrets.token_hex(16)
    body = {
        "title": _title(title),
        "commitment": rules.commitment(secret),
        "villages": sorted(known),
        "take_villages": take_villages,
        "items": among,
        "take_items": take_items,
        "on": clock.today().isoformat(),
    }
    journal.append_all(
        [
            Draft("self", "inspection.sealed", id, {"secret": secret}, actor),
            Draft("public", "inspection.announced", id, body, actor),
        ]
    )
    return id


def draw(journal: Journal, id: str, *, actor: str) -> Inspection:
    """Makes an announced draw and publishes its secret. Raises InspectionRefused; a draw that was
    made stays as it is."""
    found = _ours(journal, id)
    if not found.waits_for_draw:
        return found
    assert found.announced is not None
    if not found.secret:
        raise InspectionRefused("这次抽查的种子不在这台机器上，请作废后重新公布。")
    heads = {
        stream: (head.size, head.root.hex())
        for code in found.announced["villages"]
        if (head := journal.head(stream := f"{code}/public")).size
    }
    body = {
        "secret": found.secret,
        "heads": {stream: list(head) for stream, head in heads.items()},
        **{
            what: rules.drawn(
                f"{what}/{found.secret}",
                heads,
                found.announced[what],
                found.announced[f"take_{what}"],
            )
            for what in ("villages", "items")
        },
    }
    journal.append("public", "inspection.drawn", id, body, actor=actor)
    return _ours(journal, id)


def choose(
    journal: Journal, title: str, codes: Sequence[str], items: Sequence[str], *, actor: str
) -> str:
    """An inspection of chosen villages; its id. Nobody is told beforehand. Raises
    InspectionRefused."""
    known = {each.code for each in villages.children(journal)}
    chosen = [code for code in dict.fromkeys(codes) if code in known]
    if not chosen:
        raise InspectionRefused("请选要检查的村。")
    catalogue = duties.catalogue(journal)
    among = [id for id in dict.fromkeys(items) if id in catalogue.items]
    id = _new_id()
    body = {"title": _title(title), "villages": chosen, "items": among}
    journal.append("self", "inspection.opened", id, body, actor=actor)
    return id


def record(
    journal: Journal,
    id: str,
    village: str,
    *,
    on: str,
    inspectors: str,
    answers: Iterable[Mapping[str, Any]],
    lines: Iterable[Mapping[str, Any]] = (),
    said: str = "",
    typed: str = "",
    actor: str,
) -> Record:
    """Records what was found in a village. What was sent already under the same `typed` is
    recorded once. Raises InspectionRefused."""
    found = _ours(journal, id)
    if village not in found.villages:
        raise InspectionRefused("这次检查没有这个村。")
    if typed and not _TYPED.fullmatch(typed):
        raise InspectionRefused("这份检查记录的编号不对，请刷新页面后再交。")
    for each in found.records:
        if each.village == village and typed and each.typed == typed:
            return each
    try:
        day = date.fromisoformat(on)
    except ValueError:
        raise InspectionRefused("检查日期要写成 2026-12-01 这样。") from None
    if day > clock.today():
        raise InspectionRefused("检查日期不能晚于今天。")
    if not inspectors.strip():
        raise InspectionRefused("请写检查人的姓名。")
    questions = {each.id for each in rules.checklist()}
    given = [_answer(each) for each in answers if each.get("id") in questions]
    if not given:
        raise InspectionRefused("请至少回答一项。")
    body = {
        "title": found.title,
        "on": on,
        "inspectors": inspectors.strip()[:TITLE_LIMIT],
        "answers": given,
        "lines": [_answer(each) for each in lines],
        "said": said.strip()[:TEXT_LIMIT],
        "typed": typed,
    }
    journal.append(village, "inspection.recorded", id, body, actor=actor)
    made = _ours(journal, id).record(village)
    assert made is not None
    return made


def lines_to_check(journal: Journal, found: Inspection, village: str) -> list[dict[str, Any]]:
    """Lines of the village's newest ledger notices that the inspection's seed picks: {notice,
    title, line, words}."""
    picked = []
    for item in found.items or list(duties.catalogue(journal).items):
        for notice in notices.of_item(journal, village, item)[:1]:
            content = notice.content or {}
            lines = content.get("lines") if notice.form == "ledger" else None
            if not isinstance(lines, list):
                continue
            for place in rules.sampled(found.seed, notice.id, lines, LINES):
                words = _line_words(lines[place])
                picked.append(
                    {"notice": notice.id, "title": notice.title, "line": place, "words": words}
                )
    return picked


def order_findings(
    journal: Journal, id: str, village: str, until: str, *, public: bool = False, actor: str
) -> str:
    """Sends what was found in a village as an order; its id. Raises InspectionRefused,
    OrderRefused."""
    done = _ours(journal, id).record(village)
    if done is None or not done.findings:
        raise InspectionRefused("这个村没有查出问题，不用发督办。")
    words = "".join(f"\n{n}. {each.words}" for n, each in enumerate(done.findings, 1))
    text = f"{done.title}（{done.on}）查出下列问题，请整改并回复：{words}"
    return supervision.send_order(
        journal, village=village, about=id, text=text, until=until, public=public, actor=actor
    )


def _line_words(line: Any) -> str:
    """A ledger's line as one says it."""
    if not isinstance(line, Mapping):
        return ""
    amount = line.get("expense") or line.get("income") or 0
    money = f"{yuan(amount)} 元" if isinstance(amount, int) else ""
    return " ".join(filter(None, (str(line.get("on", "")), str(line.get("summary", "")), money)))


def _answer(given: Mapping[str, Any]) -> dict[str, Any]:
    answer = str(given.get("answer", ""))
    if answer not in rules.ANSWERS:
        raise InspectionRefused("每一项请选“是”“否”或“不适用”。")
    note = str(given.get("note", "")).strip()[:TEXT_LIMIT]
    kept = {
        name: given[name] for name in ("id", "notice", "title", "line", "words") if name in given
    }
    photos = [dict(each) for each in given.get("photos", ())]
    return {**kept, "answer": answer, "note": note, "photos": photos}


def _ours(journal: Journal, id: str) -> Inspection:
    found = queries.inspection(journal, id)
    if found is None:
        raise InspectionRefused("没有找到这次检查。")
    return found


def _title(text: str) -> str:
    text = " ".join(text.split())
    if not text or len(text) > TITLE_LIMIT:
        raise InspectionRefused(f"请写检查的名称，{TITLE_LIMIT} 字以内。")
    return text


def _new_id() -> str:
    return str(ULID.from_datetime(clock.now()))
