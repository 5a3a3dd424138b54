"""What the office for disclosure does with a request, each checked by `rules.requests`.

Steps carry the date on which they happened on paper: not before the step ahead of it, not after
today. Whoever is shown who asks goes on record (`look_at`); who asks is erased two years after the
request came to its end (`forget_old`), what was asked and answered stays.
"""

from datetime import date
from typing import Any

from ulid import ULID

from kiosk import clock
from kiosk.feedback.token import hash_of, is_token, new_token
from kiosk.journal.log import ERASED, Draft, Journal
from kiosk.requests import queries
from kiosk.requests.queries import Request
from kiosk.rules import annual, privacy
from kiosk.rules import requests as rules
from kiosk.rules.calendar import add_months

TEXT_LIMIT = 2000
LINE_LIMIT = 200
ASKER = "applicant"
KEPT_MONTHS = 24
"""How long who asked stays on file once the request, and every case about it, came to its end."""

WANTED = ("纸质", "电子文件", "现场查阅")
WAYS = ("当面领取", "邮寄", "电子邮件", "网上查看")


class RequestRefused(ValueError):
    """The request cannot be taken or changed so; the message says why, in plain Chinese."""


def receive(
    journal: Journal,
    *,
    applicant: str,
    name: str,
    about: str,
    channel: str,
    arrived: date | None = None,
    wanted: str = WANTED[0],
    identity: str = "",
    phone: str = "",
    email: str = "",
    address: str = "",
    by: str = "desk",
    token: str | None = None,
    actor: str = ASKER,
) -> tuple[str, str]:
    """Enters a request and returns (its id, the token with which its applicant follows it).

    A form that was sent twice gives its `token` again and is taken once. Numbers that prove who
    somebody is are kept masked. Raises RequestRefused.
    """
    if applicant not in rules.APPLICANTS:
        raise RequestRefused("请选择申请人的类别。")
    if channel not in rules.CHANNELS:
        raise RequestRefused("请选择申请是怎样交来的。")
    if wanted not in WANTED:
        raise RequestRefused("请选择要什么形式的信息。")
    today = clock.today()
    arrived = arrived or today
    if arrived > today:
        raise RequestRefused("交来的日期不能晚于今天。")
    noted = {
        "name": _line(name, "请填写申请人的姓名或者单位名称。"),
        "identity": privacy.mask(_line(identity)),
        "phone": _line(phone),
        "email": _line(email),
        "address": _line(address),
    }
    if not (noted["phone"] or noted["email"] or noted["address"]):
        raise RequestRefused("请至少留一种联系方式：电话、邮箱或地址（条例第二十九条）。")
    text = _text(about, "请写明要公开什么信息：名称、文号，或者说明是什么事。")
    token = token if token is not None and is_token(token) else new_token()
    with journal.writing():
        known = queries.by_token(journal, token)
        if known is not None:
            return known.id, token
        id = str(ULID.from_datetime(clock.now()))
        number = f"{arrived.year}-{queries.count_in(journal, arrived.year) + 1:03}"
        body = {
            "number": number,
            "applicant": applicant,
            "channel": channel,
            "arrived": arrived.isoformat(),
            "about": text,
            "wanted": wanted,
            "token_hash": hash_of(token),
            "by": by,
        }
        journal.append_all(
            [
                Draft("self", "request.received", id, body, actor),
                Draft("self", "request.applicant_noted", id, noted, actor),
            ]
        )
    return id, token


def confirm(journal: Journal, id: str, *, on: date | None = None, actor: str) -> None:
    """Both sides confirmed that it was received (第三十一条). Raises RequestRefused."""
    with journal.writing():
        found, day = _step(journal, id, on)
        if found.state != "unconfirmed":
            raise RequestRefused("这件申请已经确认过，或者不需要确认。")
        _append(journal, "confirmed", found, day, {}, actor)


def demand_correction(
    journal: Journal, id: str, *, what: str, until: date, on: date | None = None, actor: str
) -> None:
    """Says once what is unclear, and until when to correct it (第三十条). Raises RequestRefused."""
    with journal.writing():
        found, day = _step(journal, id, on, among=("handling", "asking", "unconfirmed"))
        if why := rules.why_not_demand(found.course, day):
            raise RequestRefused(why)
        if until <= day:
            raise RequestRefused("补正期限要晚于告知的日期，并且合理。")
        body = {"until": until.isoformat(), "what": _text(what, "请写明哪里不明确、要补正什么。")}
        _append(journal, "correction_demanded", found, day, body, actor)


def correct(journal: Journal, id: str, *, about: str, on: date | None = None, actor: str) -> None:
    """The corrected request came; the term runs from now (第三十条). Raises RequestRefused."""
    with journal.writing():
        found, day = _step(journal, id, on, among=("correcting",))
        body = {"about": _text(about, "请写明补正后的申请内容。")}
        _append(journal, "corrected", found, day, body, actor)


def extend(
    journal: Journal,
    id: str,
    *,
    days: int = rules.EXTENSION_AT_MOST,
    approved_by: str,
    reason: str,
    on: date | None = None,
    actor: str,
) -> None:
    """Longer by some working days, approved by the head of the office (第三十三条第二款).

    Raises RequestRefused.
    """
    with journal.writing():
        found, day = _step(journal, id, on, among=("handling", "asking"))
        if why := rules.why_not_extend(found.course, day, days):
            raise RequestRefused(why)
        body = {
            "days": days,
            "approved_by": _line(approved_by, "请写明由谁同意（政府信息公开工作机构负责人）。"),
            "reason": _text(reason, "请写明为什么要延期，要告知申请人。"),
        }
        _append(journal, "extended", found, day, body, actor)


def ask_opinion(
    journal: Journal, id: str, *, whom: str, what: str, on: date | None = None, actor: str
) -> str:
    """A third party's or another authority's opinion is asked for; `on` is the day on which the
    letter reached it (第三十二、三十四条). Returns the opinion's id. Raises RequestRefused."""
    with journal.writing():
        found, day = _step(journal, id, on, among=("handling", "asking"))
        opinion = str(ULID.from_datetime(clock.now()))
        body = {
            "opinion": opinion,
            "whom": _line(whom, "请写明向谁征求意见。"),
            "what": _text(what, "请写明征求什么意见。"),
        }
        _append(journal, "opinion_asked", found, day, body, actor)
    return opinion


def give_opinion(
    journal: Journal,
    id: str,
    *,
    opinion: str,
    agrees: bool,
    text: str,
    on: date | None = None,
    actor: str,
) -> None:
    """The opinion came. Raises RequestRefused."""
    with journal.writing():
        found, day = _step(journal, id, on, among=rules.OPEN)
        asked = next((each for each in found.opinions if each.id == opinion), None)
        if asked is None or asked.given is not None:
            raise RequestRefused("没有这项征求意见，或者已经有了回复。")
        body = {"opinion": opinion, "agrees": agrees, "text": _text(text)}
        _append(journal, "opinion_given", found, day, body, actor)


def decide(
    journal: Journal,
    id: str,
    *,
    outcome: str,
    reason: str = "",
    text: str = "",
    on: date | None = None,
    actor: str,
) -> None:
    """The answer, by one of the outcomes of the standard table, with its reason where the outcome
    has some to choose among, and what the answer says of its own. Raises RequestRefused."""
    chosen = rules.outcomes().get(outcome)
    if chosen is None:
        raise RequestRefused("请选择处理结果。")
    if chosen.reasons and reason not in chosen.reasons:
        raise RequestRefused(f"请选择“{chosen.title}”的具体情形。")
    with journal.writing():
        found, day = _step(journal, id, on)
        if found.decision is not None:
            raise RequestRefused("这件申请已经答复过了。")
        if outcome == "not_corrected":
            due = found.course.correct_by
            if found.state != "correcting" or due is None or day <= due:
                raise RequestRefused("补正期限过了还没有补正，才能视为放弃（条例第三十条）。")
        elif found.state == "unconfirmed":
            raise RequestRefused("先要和申请人确认收到申请，再答复（条例第三十一条）。")
        elif found.state == "correcting" and outcome != "other":
            raise RequestRefused("已经要求补正，请先登记补正，或者等补正期限过了按放弃处理。")
        if outcome == "unclear" and found.course.corrected is None:
            raise RequestRefused("还没有要求补正过，不能按“补正后仍不明确”答复（条例第三十条）。")
        body = {
            "outcome": outcome,
            "reason": reason if chosen.reasons else "",
            "text": _text(text),
        }
        _append(journal, "decided", found, day, body, actor)


def deliver(journal: Journal, id: str, *, way: str, on: date | None = None, actor: str) -> None:
    """The answer reached the applicant. Raises RequestRefused."""
    with journal.writing():
        found, day = _step(journal, id, on, among=("decided",))
        _append(journal, "delivered", found, day, {"way": _line(way, "请写明怎样送达。")}, actor)


def contest(
    journal: Journal, id: str, *, kind: str, body: str, on: date | None = None, actor: str
) -> str:
    """A reconsideration or lawsuit about it began (第五十一条); its id. Raises RequestRefused."""
    if kind not in annual.CONTESTS:
        raise RequestRefused("请选择是行政复议还是行政诉讼。")
    with journal.writing():
        found, day = _step(journal, id, on)
        case = str(ULID.from_datetime(clock.now()))
        said = {"contest": case, "kind": kind, "body": _line(body, "请写明复议机关或者法院。")}
        _append(journal, "contested", found, day, said, actor)
    return case


def settle(
    journal: Journal,
    id: str,
    *,
    contest: str,
    result: str,
    text: str = "",
    on: date | None = None,
    actor: str,
) -> None:
    """How a reconsideration or lawsuit ended. Raises RequestRefused."""
    if result not in annual.RESULTS:
        raise RequestRefused("请选择结果：维持、纠正或其他。")
    with journal.writing():
        found, day = _step(journal, id, on)
        case = next((each for each in found.cases if each.id == contest), None)
        if case is None or case.decided is not None:
            raise RequestRefused("没有这件复议或诉讼，或者已经审结。")
        body = {"contest": contest, "result": result, "text": _text(text)}
        _append(journal, "contest_decided", found, day, body, actor)


def look_at(journal: Journal, id: str, what: str, *, actor: str) -> queries.Applicant | None:
    """Who asks, with a note of who looked and for what; None once erased."""
    found = queries.applicant(journal, id)
    if found is not None:
        journal.append("self", "request.looked_at", id, {"what": what}, actor=actor)
    return found


def forget(journal: Journal, id: str, *, reason: str, actor: str) -> None:
    """Erases who asked, at once and for good; what was asked and answered stays.

    Raises RequestRefused while the request is open.
    """
    with journal.writing():
        found = _found(journal, id)
        if not _is_over(found):
            raise RequestRefused("还没有办完（或者复议、诉讼没有审结），不能删除申请人的信息。")
        _forget(journal, id, _line(reason, "请写明为什么删除。"), actor)


def forget_old(journal: Journal) -> int:
    """Erases who asked wherever it was kept long enough; of how many requests."""
    today = clock.today()
    old = [
        each
        for each in queries.requests(journal)
        if each.kept and _is_over(each) and add_months(each.last_on, KEPT_MONTHS) <= today
    ]
    for each in old:
        _forget(journal, each.id, "办结满两年，按规定删除", "system")
    return len(old)


def _is_over(found: Request) -> bool:
    return found.state in ("delivered", "ended") and all(case.decided for case in found.cases)


def _forget(journal: Journal, id: str, reason: str, actor: str) -> None:
    own = journal.own("self")
    journal.append_all(
        [
            Draft("self", ERASED, id, {"seq": entry.seq, "reason": reason}, actor)
            for entry in journal.find(id, "request.applicant_noted")
            if entry.stream == own and entry.body is not None
        ]
    )


def _found(journal: Journal, id: str) -> Request:
    found = queries.request(journal, id)
    if found is None:
        raise RequestRefused("没有找到这件申请。")
    return found


def _step(
    journal: Journal, id: str, on: date | None, among: tuple[str, ...] | frozenset[str] = ()
) -> tuple[Request, date]:
    """The request and the step's day, where the one is in a state for it and the other can be."""
    found = _found(journal, id)
    today = clock.today()
    day = on or today
    if day > today:
        raise RequestRefused("日期不能晚于今天。")
    if day < found.last_on:
        raise RequestRefused(f"日期不能早于上一步（{found.last_on:%Y-%m-%d}）。")
    if among and found.state not in among:
        raise RequestRefused(f"这件申请现在是“{found.state_words}”，不能这样办。")
    return found, day


def _append(
    journal: Journal, kind: str, found: Request, on: date, body: dict[str, Any], actor: str
) -> None:
    said = {"on": on.isoformat(), **body}
    journal.append("self", f"request.{kind}", found.id, said, actor=actor)


def _line(text: str, missing: str = "") -> str:
    text = " ".join(text.split())
    if missing and not text:
        raise RequestRefused(missing)
    if len(text) > LINE_LIMIT:
        raise RequestRefused(f"有一栏写得太长了（{len(text)} 字），最多 {LINE_LIMIT} 字。")
    return text


def _text(text: str, missing: str = "") -> str:
    text = text.replace("\r\n", "\n").strip()
    if missing and not text:
        raise RequestRefused(missing)
    if len(text) > TEXT_LIMIT:
        raise RequestRefused(f"写得太长了（{len(text)} 字），最多 {TEXT_LIMIT} 字。")
    return text
