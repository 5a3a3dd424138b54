"""Asking, accepting, answering, rating and closing. A node writes its own streams only: a village
answers on its own, a township takes feedback in for its villages on T/<V>."""

from typing import Any

from ulid import ULID

from kiosk import clock, villages
from kiosk.feedback import queries
from kiosk.feedback.queries import Feedback
from kiosk.feedback.state import ANSWER_WITHIN, KINDS, OBJECTION, age_days, next_step
from kiosk.feedback.token import hash_of, is_token, new_token
from kiosk.journal.log import Journal
from kiosk.notices import queries as notices

TEXT_LIMIT = 1000
ANSWER_LIMIT = 3000
PHONE_LIMIT = 20
ASKER = "villager"


class FeedbackRefused(ValueError):
    """The feedback cannot be taken or changed so; the message says why, in plain Chinese."""


class AnswerPersonal(FeedbackRefused):
    """A public answer holds personal data; `masked` is the answer without it."""

    def __init__(self, masked: str) -> None:
        super().__init__(
            "答复里有个人信息（身份证号、银行卡号或电话），不能公开。请打码，或改为只答复本人。"
        )
        self.masked = masked


class QuestionRewritten(FeedbackRefused):
    """The words that would stand beside a public answer are not the asker's."""

    def __init__(self) -> None:
        super().__init__("公开的问题只能删减，不能改写，也不能添加。可以清空，只公开答复。")


def receive(
    journal: Journal,
    *,
    village: str,
    notice: str = "",
    kind: str,
    text: str,
    phone: str = "",
    photo: str = "",
    via: str = "phone",
    token: str | None = None,
) -> tuple[str, str]:
    """Takes a feedback in and returns (its id, the token with which its sender follows it).

    A form that was sent twice gives its `token` again and is taken once. Written to V/parent on
    the village itself, to T/<V> on its township. Raises FeedbackRefused.
    """
    text, phone = text.replace("\r\n", "\n").strip(), phone.strip()
    if kind == OBJECTION:
        about = notices.notice(journal, notice) if notice else None
        if about is None or not about.displayed(clock.today()):
            raise FeedbackRefused("公示期已满，不再收异议。您可以选“不满意”或“询问”继续反映。")
    elif kind not in KINDS:
        raise FeedbackRefused("请选择一种：询问、建议、不满意或表扬。")
    if not text:
        raise FeedbackRefused("请写下您想说的话。")
    if len(text) > TEXT_LIMIT:
        raise FeedbackRefused(f"写得太长了（{len(text)} 字），最多 {TEXT_LIMIT} 字，请分成几次。")
    if phone and not _is_phone(phone):
        raise FeedbackRefused("电话号码看起来不对，请检查；不想留可以不填。")
    if token is None or not is_token(token):
        token = new_token()
    body = {
        "village": village,
        "notice": notice,
        "kind": kind,
        "text": text,
        "phone": phone,
        "photo": photo,
        "token_hash": hash_of(token),
        "via": via,
    }
    channel = _channel(journal, village)
    with journal.writing():
        known = queries.by_token(journal, token)
        if known is not None:
            return known.id, token
        id = str(ULID.from_datetime(clock.now()))
        journal.append(channel, "feedback.received", id, body, actor=ASKER)
    return id, token


def accept(journal: Journal, id: str, *, actor: str) -> None:
    """The village takes it up. Nothing happens where it already did. Raises FeedbackRefused."""
    with journal.writing():
        found = _own(journal, id)
        if found.state in ("received", "reopened"):
            _append(journal, "parent", "accepted", found, {}, actor)


def answer(
    journal: Journal,
    id: str,
    text: str,
    *,
    public: bool,
    actor: str,
    question: str | None = None,
) -> None:
    """Answers: for everybody on the public stream, else for the asker (and the township) alone.

    Beside a public answer stands the asker's text with personal data masked, or what `question`
    leaves of it; nothing where that is "".
    Raises FeedbackRefused; AnswerPersonal where a public answer would show personal data other
    than the village's own public contacts; QuestionRewritten.
    """
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise FeedbackRefused("请写下答复。")
    if len(text) > ANSWER_LIMIT:
        raise FeedbackRefused(f"答复太长了（{len(text)} 字），最多 {ANSWER_LIMIT} 字。")
    if public:
        _must_be_impersonal(journal, text)
    with journal.writing():
        found = _own(journal, id)
        if found.state == "closed":
            raise FeedbackRefused("这一条已经办结，不能再答复。")
        body: dict[str, Any] = {"text": text, "public": public}
        if public:
            body["question"] = _question(journal, found, question)
        channel = "public" if public else "parent"
        _append(journal, channel, "answered", found, body, actor)


def rate(journal: Journal, id: str, *, satisfied: bool, text: str = "") -> None:
    """The asker says whether it is solved; if not, it is open again. Raises FeedbackRefused."""
    text = text.replace("\r\n", "\n").strip()
    if len(text) > TEXT_LIMIT:
        raise FeedbackRefused(f"写得太长了（{len(text)} 字），最多 {TEXT_LIMIT} 字。")
    with journal.writing():
        found = _found(journal, id)
        if found.state not in ("answered", "rated"):
            raise FeedbackRefused("还没有新的答复可以评价。")
        if found.state == "rated" and satisfied:
            return
        body = {"satisfied": satisfied, "text": text}
        _append(journal, _channel(journal, found.village), "rated", found, body, ASKER)


def close(journal: Journal, id: str, *, actor: str) -> None:
    """Ends what was answered: once the asker is content, or said nothing for ten days.

    Raises FeedbackRefused.
    """
    with journal.writing():
        found = _own(journal, id)
        if found.state == "closed":
            return
        if found.state not in ("answered", "rated"):
            raise FeedbackRefused("还没有答复，不能办结。")
        waited = age_days(found.answers[-1].at, clock.today())
        if found.state == "answered" and waited < ANSWER_WITHIN.days:
            raise FeedbackRefused(
                f"提出人还没有评价。请等到答复满 {ANSWER_WITHIN.days} 天（还有"
                f" {ANSWER_WITHIN.days - waited} 天）再办结。"
            )
        _append(journal, "parent", "closed", found, {}, actor)


def _channel(journal: Journal, village: str) -> str:
    if village == journal.code:
        return "parent"
    if any(each.code == village for each in villages.children(journal)):
        return village
    raise FeedbackRefused("这个村还没有接入，请直接联系村委会。")


def _append(
    journal: Journal, channel: str, kind: str, found: Feedback, body: dict[str, Any], actor: str
) -> None:
    stepped = {**body, "step": next_step(found.events)}
    journal.append(channel, f"feedback.{kind}", found.id, stepped, actor=actor)


def _found(journal: Journal, id: str) -> Feedback:
    found = queries.feedback(journal, id)
    if found is None:
        raise FeedbackRefused("没有找到这条意见，可能已经按规定删除。")
    return found


def _own(journal: Journal, id: str) -> Feedback:
    found = _found(journal, id)
    if found.village != journal.code:
        raise FeedbackRefused("这条意见是别的村的，不能在这里办理。")
    return found


def _is_phone(text: str) -> bool:
    digits = sum(character in "0123456789" for character in text)
    return len(text) <= PHONE_LIMIT and digits >= 5 and not set(text) - set("0123456789+-() 转")


def without_personal(journal: Journal, village: str, text: str) -> str:
    """The text with personal data masked; the village's own public contacts stay."""
    from kiosk.rules import privacy

    own = villages.village(journal, village)
    contacts = " ".join(own.contacts.values()) if own else ""
    for found in reversed(privacy.find(text)):
        if text[found.start : found.end].strip() not in contacts:
            text = text[: found.start] + found.shown_as + text[found.end :]
    return text


def _must_be_impersonal(journal: Journal, text: str) -> None:
    masked = without_personal(journal, journal.code, text)
    if masked != text:
        raise AnswerPersonal(masked)


def _question(journal: Journal, found: Feedback, shortened: str | None) -> str:
    whole = without_personal(journal, found.village, found.text)
    if shortened is None:
        return whole
    shortened = without_personal(journal, found.village, shortened.replace("\r\n", "\n").strip())
    rest = iter(_spoken(whole))
    if not all(any(each == glyph for each in rest) for glyph in _spoken(shortened)):
        raise QuestionRewritten
    return shortened


def _spoken(text: str) -> str:
    """A text without spaces and punctuation, which are nobody's words."""
    return "".join(filter(str.isalnum, text))
