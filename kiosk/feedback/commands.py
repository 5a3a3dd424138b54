"""Asking, accepting, answering, handing on, rating and closing. A node writes its own streams only:
a village answers on its own; a township takes feedback in for its villages on T/<V>, and answers
what was handed on to it or what it took over."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from ulid import ULID

from kiosk import clock, villages
from kiosk.feedback import queries
from kiosk.feedback.queries import Feedback
from kiosk.feedback.token import hash_of, is_token, new_token, pickup_hash, pickup_of
from kiosk.journal.log import Draft, Journal
from kiosk.notices import queries as notices
from kiosk.rules import feedback as rules
from kiosk.rules.feedback import KINDS, OBJECTION, REJECTED, VIA, age_days
from kiosk.rules.steps import next_step

TEXT_LIMIT = 1000
ANSWER_LIMIT = 3000
REASON_LIMIT = 300
NAME_LIMIT = 20
PHONE_LIMIT = 20
ASKER = "villager"
SOUND_ONLY = "（录音，请听）"
PICTURE_ONLY = "（见图）"


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
    name: str = "",
    photo: str = "",
    voice: str = "",
    via: str = "phone",
    screen: str = "",
    on: date | None = None,
    held: Iterable[str] = (),
    token: str | None = None,
    actor: str = ASKER,
) -> tuple[str, str]:
    """Takes a feedback in and returns (its id, the token with which its sender follows it).

    `photo` and `voice` are attachments' SHA-256; with either the text may be empty. `on`: the day
    on which a letter or call came, not later than today. `held`: why an officer looks at it first
    ("often", "words"). A form that was sent twice gives its `token` again and is taken once.
    Written to V/parent on the village itself, to T/<V> on its township; telephone, name and voice
    apart from the words, so that they can be deleted by themselves. Raises FeedbackRefused.
    """
    text, phone, name = text.replace("\r\n", "\n").strip(), phone.strip(), name.strip()
    _must_be_a_kind(journal, kind, notice)
    if via not in VIA:
        raise FeedbackRefused("请选择是怎么来的。")
    if not text and not voice and not photo:
        raise FeedbackRefused("请写下您想说的话。")
    text = text or (SOUND_ONLY if voice else PICTURE_ONLY)
    if len(text) > TEXT_LIMIT:
        raise FeedbackRefused(f"写得太长了（{len(text)} 字），最多 {TEXT_LIMIT} 字，请分成几次。")
    if phone and not _is_phone(phone):
        raise FeedbackRefused("电话号码看起来不对，请检查；不想留可以不填。")
    if len(name) > NAME_LIMIT:
        raise FeedbackRefused(f"称呼太长，最多 {NAME_LIMIT} 个字；不想留可以不填。")
    if on is not None and on > clock.today():
        raise FeedbackRefused("收到的日期不能晚于今天。")
    if token is None or not is_token(token):
        token = new_token()
    body: dict[str, Any] = {
        "village": village,
        "notice": notice,
        "kind": kind,
        "text": text,
        "phone": "",
        "photo": photo,
        "token_hash": hash_of(token),
        "pickup_hash": pickup_hash(pickup_of(token)),
        "via": via,
    }
    if screen:
        body["screen"] = screen
    if on is not None and on < clock.today():
        body["asked_on"] = on.isoformat()
    reasons = sorted({*held, *(["words"] if rules.abusive(text) else [])})
    if reasons and actor == ASKER:
        body["held"] = reasons
    channel = _channel(journal, village)
    with journal.writing():
        known = queries.by_token(journal, token)
        if known is not None:
            return known.id, token
        id = str(ULID.from_datetime(clock.now()))
        drafts = [Draft(channel, "feedback.received", id, body, actor)]
        if phone or name or voice:
            contact = {"phone": phone, "name": name, "voice": {"sha": voice} if voice else None}
            drafts.append(Draft(channel, "feedback.contact", id, contact, actor))
        journal.append_all(drafts)
    return id, token


def accept(journal: Journal, id: str, *, actor: str) -> None:
    """It is taken up. Nothing happens where it already was. Raises FeedbackRefused."""
    with journal.writing():
        found = _own(journal, id)
        if found.state in ("received", "reopened"):
            _append(journal, "accepted", found, {}, actor)


def answer(
    journal: Journal,
    id: str,
    text: str,
    *,
    public: bool,
    actor: str,
    question: str | None = None,
) -> None:
    """Answers: for everybody on the public stream, else for the asker (and the other desk) alone.
    Those merged into it get the same answer, each to be rated by itself.

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
        if found.state == "withdrawn":
            raise FeedbackRefused("提出人已经撤回了这一条，不用再答复。")
        body: dict[str, Any] = {"text": text, "public": public}
        if public:
            body["question"] = _question(journal, found, question)
            if journal.code != found.village:
                body["village"] = found.village
        drafts = [_draft(journal, "answered", found, body, actor, public=public)]
        for each in queries.merged_into(journal, id):
            same = {"text": text, "public": False, "of": id}
            drafts.append(_draft(journal, "answered", each, same, actor))
        journal.append_all(drafts)


def forward(journal: Journal, id: str, *, to: str, name: str = "", reason: str, actor: str) -> None:
    """Hands it on: `to` "township", which then owes the answer, or "department", whose `name` the
    asker reads; whoever handed it to a department still answers. Raises FeedbackRefused."""
    reason, name = _reason(reason, "请写明为什么转、请对方办什么。"), name.strip()[:NAME_LIMIT]
    if to == "department" and not name:
        raise FeedbackRefused("请选择或写明转给哪个部门。")
    if to not in ("township", "department"):
        raise FeedbackRefused("请选择转给镇里，还是转给别的部门。")
    with journal.writing():
        found = _open(journal, id)
        if to == "township" and journal.code != found.village:
            raise FeedbackRefused("这一条已经在镇里了。")
        name = name if to == "department" else ""
        _append(journal, "forwarded", found, {"to": to, "name": name, "reason": reason}, actor)


def take_over(journal: Journal, id: str, *, actor: str) -> None:
    """The township answers it itself. Raises FeedbackRefused."""
    with journal.writing():
        found = _of_own_village(journal, id)
        if not found.open:
            raise FeedbackRefused("这一条不等着答复，不用接过来。")
        if found.owner != "township":
            _append(journal, "taken", found, {}, actor)


def give_back(journal: Journal, id: str, reason: str, *, actor: str) -> None:
    """The township returns it to the village, which answers. Raises FeedbackRefused."""
    reason = _reason(reason, "请写明为什么退回、要村里办什么。")
    with journal.writing():
        found = _open(journal, id)
        _of_own_village(journal, id)
        _append(journal, "returned", found, {"reason": reason}, actor)


def merge(journal: Journal, id: str, into: str, *, actor: str) -> None:
    """The village deals with it together with another on the same matter.

    Raises FeedbackRefused.
    """
    with journal.writing():
        found, main = _open(journal, id), _found(journal, into)
        if found.village != journal.code:
            raise FeedbackRefused("合并由村里办。")
        if main.id == found.id or main.village != found.village:
            raise FeedbackRefused("请选同村的另一条意见。")
        if main.state in ("merged", "rejected", "withdrawn", "closed") or main.owner != "village":
            raise FeedbackRefused("要并入的那一条已经不在办，请选另一条。")
        _append(journal, "merged", found, {"into": into}, actor)
        if main.answers and not main.open:
            last = main.answers[-1]
            same = {"text": last.text, "public": False, "of": into}
            _append(journal, "answered", _found(journal, id), same, actor)


def reject(journal: Journal, id: str, reason: str, text: str = "", *, actor: str) -> None:
    """It is not dealt with, for one of `rules.REJECTED`; the asker reads why, and the township sees
    it. Of "personal" the words are deleted. Raises FeedbackRefused."""
    text = text.replace("\r\n", "\n").strip()
    if reason not in REJECTED:
        raise FeedbackRefused("请选择为什么不受理。")
    if reason == "elsewhere" and not text:
        raise FeedbackRefused("请写明应该找谁。")
    if len(text) > REASON_LIMIT:
        raise FeedbackRefused(f"说明太长了，最多 {REASON_LIMIT} 字。")
    with journal.writing():
        found = _open(journal, id)
        body: dict[str, Any] = {"reason": reason, "text": text}
        if reason == "personal":
            body |= remains(found)
        _append(journal, "rejected", found, body, actor)
        if reason == "personal":
            from kiosk.feedback import keeping

            keeping.delete_words(journal)


def reinstate(journal: Journal, id: str, reason: str, *, actor: str) -> None:
    """The township says that what the village rejected or merged is to be answered. Raises
    FeedbackRefused."""
    reason = _reason(reason, "请写明为什么要办。")
    with journal.writing():
        found = _of_own_village(journal, id)
        if found.state not in ("rejected", "merged"):
            raise FeedbackRefused("这一条没有被退掉。")
        if found.remains:
            raise FeedbackRefused("内容已经按规定删除，不能再办。请联系提出人重新提。")
        _append(journal, "reinstated", found, {"reason": reason}, actor)


def rate(journal: Journal, id: str, *, satisfied: bool, text: str = "") -> None:
    """The asker says whether it is solved; if not, it is open again, and the township is told: at
    once where it was not solved before either. Raises FeedbackRefused."""
    text = text.replace("\r\n", "\n").strip()
    if len(text) > TEXT_LIMIT:
        raise FeedbackRefused(f"写得太长了（{len(text)} 字），最多 {TEXT_LIMIT} 字。")
    with journal.writing():
        found = _found(journal, id)
        objects = found.state in ("rejected", "merged") and not satisfied and not found.remains
        if found.state not in ("answered", "rated") and not objects:
            raise FeedbackRefused("还没有新的答复可以评价。")
        if found.state == "rated" and satisfied:
            return
        channel = _channel(journal, found.village)
        body = {"satisfied": satisfied, "text": text, "step": next_step(found.events)}
        journal.append(channel, "feedback.rated", found.id, body, actor=ASKER)
        if not satisfied:
            escalate(journal, [_found(journal, id)])


def escalate(journal: Journal, found: Iterable[Feedback]) -> int:
    """The township notes what is late or unsolved for too long; how many there were. Nothing on a
    village's node: what is late there may have been answered in what did not come up yet."""
    below = {each.code for each in villages.children(journal)}
    drafts = []
    for each in found:
        why = rules.goes_up(each.standing, clock.today())
        if why and each.village in below:
            drafts.append(_draft(journal, "escalated", each, {"why": why}, "system"))
    if drafts:
        journal.append_all(drafts)
    return len(drafts)


def close(journal: Journal, id: str, *, actor: str) -> None:
    """Ends what was answered: once the asker is content, or said nothing for ten days.

    Raises FeedbackRefused.
    """
    silence = rules.rules().days["close"]
    with journal.writing():
        found = _own(journal, id)
        if found.state == "closed":
            return
        if found.state not in ("answered", "rated"):
            raise FeedbackRefused("还没有答复，不能办结。")
        waited = age_days(found.answers[-1].at, clock.today()) if found.answers else silence
        if found.state == "answered" and waited < silence:
            raise FeedbackRefused(
                f"提出人还没有评价。请等到答复满 {silence} 天（还有 {silence - waited} 天）再办结。"
            )
        _append(journal, "closed", found, {}, actor)


def withdraw(journal: Journal, id: str) -> None:
    """The asker takes it back: words, photo, voice and telephone are deleted here at once, on the
    other node with its next copy. Answers for everybody stay, without the asker's words.

    Raises FeedbackRefused.
    """
    with journal.writing():
        found = _found(journal, id)
        if found.state == "withdrawn":
            return
        channel = _channel(journal, found.village)
        body = {**remains(found), "step": next_step(found.events)}
        journal.append(channel, "feedback.withdrawn", found.id, body, actor=ASKER)
        from kiosk.feedback import keeping

        keeping.delete_words(journal)


def see_contact(journal: Journal, id: str, *, actor: str) -> None:
    """Notes that somebody has the telephone shown; the asker sees who did.

    Raises FeedbackRefused.
    """
    found = _found(journal, id)
    if not found.has_contact:
        raise FeedbackRefused("提出人没有留电话，或者已经按期限删除。")
    journal.append(_channel(journal, found.village), "feedback.contact_seen", id, {}, actor=actor)


def remains(found: Feedback) -> dict[str, str]:
    """What is left of a feedback whose words are deleted: see `projection`."""
    return {
        "notice": found.notice,
        "kind": found.kind,
        "via": found.via,
        "token_hash": found.token_hash,
        "pickup_hash": found.pickup_hash,
        "asked": found.asked,
    }


def without_personal(journal: Journal, village: str, text: str) -> str:
    """The text with personal data masked; the village's own public contacts stay."""
    from kiosk.rules import privacy

    own = villages.village(journal, village)
    contacts = " ".join(own.contacts.values()) if own else ""
    for found in reversed(privacy.find(text)):
        if text[found.start : found.end].strip() not in contacts:
            text = text[: found.start] + found.shown_as + text[found.end :]
    return text


def shown_question(journal: Journal, found: Feedback) -> str:
    """The asker's words as they may stand beside a public answer."""
    return rules.without_abuse(without_personal(journal, found.village, found.text))


def _must_be_a_kind(journal: Journal, kind: str, notice: str) -> None:
    if kind == OBJECTION:
        about = notices.notice(journal, notice) if notice else None
        if about is None or not about.displayed(clock.today()):
            raise FeedbackRefused("公示期已满，不再收异议。您可以选“不满意”或“询问”继续反映。")
    elif kind not in KINDS:
        raise FeedbackRefused("请选择一种：询问、建议、不满意或表扬。")


def _channel(journal: Journal, village: str) -> str:
    if village == journal.code:
        return "parent"
    if any(each.code == village for each in villages.children(journal)):
        return village
    raise FeedbackRefused("这个村还没有接入，请直接联系村委会。")


def _draft(
    journal: Journal,
    kind: str,
    found: Feedback,
    body: dict[str, Any],
    actor: str,
    public: bool = False,
) -> Draft:
    stepped = {**body, "step": next_step(found.events)}
    channel = "public" if public else _channel(journal, found.village)
    return Draft(channel, f"feedback.{kind}", found.id, stepped, actor)


def _append(journal: Journal, kind: str, found: Feedback, body: dict[str, Any], actor: str) -> None:
    journal.append_all([_draft(journal, kind, found, body, actor)])


def _found(journal: Journal, id: str) -> Feedback:
    found = queries.feedback(journal, id)
    if found is None:
        raise FeedbackRefused("没有找到这条意见，可能已经按规定删除。")
    return found


def _own(journal: Journal, id: str) -> Feedback:
    """The feedback, where this desk deals with it: the village's own, or what the township has."""
    found = _found(journal, id)
    if found.village == journal.code:
        return found
    if all(each.code != found.village for each in villages.children(journal)):
        raise FeedbackRefused("这条意见是别的村的，不能在这里办理。")
    if found.owner != "township":
        raise FeedbackRefused("这条意见由村里答复。要由镇里答复，请先接过来办。")
    return found


def _open(journal: Journal, id: str) -> Feedback:
    found = _own(journal, id)
    if not found.open:
        raise FeedbackRefused(f"这一条{rules.STATES[found.state]}，不能这样办。")
    return found


def _of_own_village(journal: Journal, id: str) -> Feedback:
    found = _found(journal, id)
    if all(each.code != found.village for each in villages.children(journal)):
        raise FeedbackRefused("只有这个村的乡镇可以这样办。")
    return found


def _reason(text: str, missing: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise FeedbackRefused(missing)
    if len(text) > REASON_LIMIT:
        raise FeedbackRefused(f"说明太长了（{len(text)} 字），最多 {REASON_LIMIT} 字。")
    return text


def _is_phone(text: str) -> bool:
    digits = sum(character in "0123456789" for character in text)
    return len(text) <= PHONE_LIMIT and digits >= 5 and not set(text) - set("0123456789+-() 转")


def _must_be_impersonal(journal: Journal, text: str) -> None:
    masked = without_personal(journal, journal.code, text)
    if masked != text:
        raise AnswerPersonal(masked)


def _question(journal: Journal, found: Feedback, shortened: str | None) -> str:
    if found.remains:
        return ""
    whole = shown_question(journal, found)
    if shortened is None:
        return whole
    shortened = without_personal(journal, found.village, shortened.replace("\r\n", "\n").strip())
    shortened = rules.without_abuse(shortened)
    rest = iter(_spoken(whole))
    if not all(any(each == glyph for each in rest) for glyph in _spoken(shortened)):
        raise QuestionRewritten
    return shortened


def _spoken(text: str) -> str:
    """A text without spaces and punctuation, which are nobody's words."""
    return "".join(filter(str.isalnum, text))
