"""Taking an older board's archive over as historic notices.

Each candidate is taken whole or not at all: its notice and the record of its files are one
transaction, so an import that was cut short goes on where it stopped and doubles nothing. What is
not taken is told with the reason and what to do.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from kiosk.archive import queries
from kiosk.archive.listing import Candidate
from kiosk.archive.matching import item_for
from kiosk.archive.reading import Read, read
from kiosk.archive.sources import Source
from kiosk.attachments import FileRefused
from kiosk.duties.queries import catalogue
from kiosk.journal.log import Draft
from kiosk.node import Node
from kiosk.notices.commands import NotPublishable
from kiosk.notices.historic import historic
from kiosk.rules import privacy
from kiosk.rules.calendar import Period, PeriodMalformed
from kiosk.rules.catalogue import Item
from kiosk.rules.tables.periods import span

TAKEN, ALREADY, NOT_TAKEN = "taken", "already", "not_taken"
STATUS_WORDS = {TAKEN: "已导入", ALREADY: "以前导入过", NOT_TAKEN: "没有导入"}
SOURCE_LIMIT = 200
TOGETHER_LIMIT = 80 * 1024 * 1024
"""Bytes of all files of one notice."""


@dataclass(frozen=True)
class Outcome:
    """What became of a candidate: TAKEN (with the notice's id), ALREADY or NOT_TAKEN, and in
    Chinese what there is to say about it."""

    place: str
    title: str
    status: str
    words: str
    notice: str = ""


class _Not(Exception):
    """The candidate is not taken; the message says why and what to do."""


def unclear(node: Node, candidates: Iterable[Candidate], mapping: Mapping[str, str]) -> list[str]:
    """The older board's columns under which something belongs to no item for sure; "" for what
    stands under none."""
    known = catalogue(node.journal)
    return list(
        dict.fromkeys(
            it.column
            for it in candidates
            if not it.refused and item_for(known, it.title, it.column, mapping) is None
        )
    )


def take(
    node: Node,
    source: Source,
    candidates: Iterable[Candidate],
    *,
    actor: str,
    mapping: Mapping[str, str] | None = None,
    pictures_seen: bool = False,
) -> Iterator[Outcome]:
    """Takes the candidates over, one after the other, and tells what became of each.

    `mapping` has item ids by the older board's columns. `pictures_seen`: somebody looked at all
    pictures, whose words no program reads, and answers for there being no personal data in them.
    """
    for candidate in candidates:
        try:
            yield _taken(node, source, candidate, actor, mapping or {}, pictures_seen)
        except (_Not, FileRefused) as reason:
            yield Outcome(candidate.place, _safe(candidate.title), NOT_TAKEN, _safe(str(reason)))
        except NotPublishable as refused:
            words = "；".join(f"{it.place}：{it.message}" for it in refused.problems[:3])
            yield Outcome(candidate.place, _safe(candidate.title), NOT_TAKEN, words)


def _taken(
    node: Node,
    source: Source,
    candidate: Candidate,
    actor: str,
    mapping: Mapping[str, str],
    pictures_seen: bool,
) -> Outcome:
    if candidate.refused:
        raise _Not(candidate.refused)
    title = _safe(candidate.title)
    files = _read_files(source, candidate)
    marks = [hashlib.sha256(data).hexdigest() for _, data in files] or [_mark(candidate)]
    new = [n for n, mark in enumerate(marks) if queries.notice_of(node.journal, mark) is None]
    if not new:
        before = queries.notice_of(node.journal, marks[0]) or ""
        return Outcome(candidate.place, title, ALREADY, "同样的文件已经导入过。", before)
    item = item_for(catalogue(node.journal), candidate.title, candidate.column, mapping)
    if item is None:
        named = f"栏目“{candidate.column}”" if candidate.column else "标题"
        raise _Not(f"从{named}看不出是公开目录里的哪一项，请指明后再导入一次。")
    found = read([files[n] for n in new] if files else [], item.form)
    if candidate.text:
        found.lines[:0] = privacy.mask(candidate.text).splitlines()
    period = _period(item, candidate.period or found.period)
    _check_old(node.config.began, candidate.on, candidate.period or found.period)
    if found.unread and not pictures_seen:
        raise _Not(
            f"{'、'.join(found.unread[:3])}{' 等' if len(found.unread) > 3 else ''}"
            "里的字程序读不出来。请先看一遍有没有身份证号、银行卡号、电话，"
            "确认没有以后，选“图片都看过”再导入一次。"
        )
    content = found.content or {"text": "\n".join(found.lines) or _instead(found)}
    if content == {"text": ""}:
        raise _Not("文件里没有读到文字，也没有图片。如果字在图里，请把图片另存出来再导入。")
    id, draft = historic(
        node.journal,
        actor=actor,
        item=item,
        form=found.form,
        title=title,
        content=content,
        published_on=candidate.on,
        source=_safe(candidate.place)[:SOURCE_LIMIT],
        period=period,
        attachments=found.attachments(),
    )
    for _, picture, _ in found.pictures:
        node.blobs.put(picture.data)
    body = {"files": [marks[n] for n in new], "source": candidate.place[:SOURCE_LIMIT]}
    node.journal.append_all([draft, Draft("self", "archive.taken", id, body, actor)])
    return Outcome(candidate.place, title, TAKEN, _said(item, candidate, found), id)


def _read_files(source: Source, candidate: Candidate) -> list[tuple[str, bytes]]:
    files, size = [], 0
    for name in candidate.files:
        data = source.read(name)
        size += len(data)
        if size > TOGETHER_LIMIT:
            raise _Not(f"这一条的文件加起来超过 {TOGETHER_LIMIT >> 20} MB，请分成几条导入。")
        files.append((name, data))
    return files


def _mark(candidate: Candidate) -> str:
    """Stands for a row without files."""
    said = [candidate.title, candidate.on, candidate.column, candidate.text]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _period(item: Item, text: str) -> str:
    try:
        found = Period.parse(text)
    except PeriodMalformed:
        return ""
    return found.id if found.cadence == item.cadence else ""


def _check_old(began: date, on: str, period: str) -> None:
    """Raises _Not for what belongs on the new board: it must go the way of a notice there."""
    # A day, or the last that a month, year or period can mean; as text these compare like days.
    last = f"{on}-99"[:10] if on else span(period)[1].isoformat() if period else ""
    if last >= began.isoformat():
        raise _Not(
            f"{on or period} 新公示栏已经启用（{began.isoformat()}），不能当作历史公开导入，"
            "请在新公示栏里公开；日期写得不全的，请写到月、日。"
        )


def _instead(found: Read) -> str:
    count = len(found.attachments())
    return f"原公示内容见图片（共 {count} 张）。" if count else ""


def _said(item: Item, candidate: Candidate, found: Read) -> str:
    words = [f"放在“{item.title}”。"]
    if not candidate.on:
        words.append("原公开日期不详。")
    if found.masked:
        words.append(f"遮盖了 {found.masked} 处个人信息。")
    return "".join(words)


def _safe(text: str) -> str:
    return privacy.mask(text)
