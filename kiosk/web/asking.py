"""A villager's form on the phone's door, from what was typed to what is taken.

Nothing of it is lost on the way: whatever is refused is shown again as it was filled in, a photo
or voice memo that was good included (it is kept here, and the form carries its sealed name). The
same words about the same notice are taken once in ten minutes from one phone, or from one network:
people go back and press again. What is sent too often is held for a look, not refused
(`kiosk.feedback.intake`); while somebody floods the box, phones do a little work first, and what
comes without it is held.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import current_app, request, session
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import validate_csrf
from itsdangerous import BadSignature, URLSafeTimedSerializer
from limits import RateLimitItem, parse
from werkzeug.datastructures import FileStorage

from kiosk import clock
from kiosk.attachments import photos, sounds
from kiosk.feedback import intake, work
from kiosk.feedback import queries as asked
from kiosk.feedback.commands import without_personal
from kiosk.feedback.queries import Feedback
from kiosk.feedback.token import new_token
from kiosk.node import Node
from kiosk.rules import privacy
from kiosk.web import current_node, guard

TRIED = parse("40 per 10 minutes")
"""Forms looked at from one address, taken or not: each may carry a photo to decode."""

SAME = parse("1 per 10 minutes")
"""The same words about the same notice from one address."""

SAME_WITHIN = timedelta(minutes=10)
REMEMBERED = 5
"""How many of its own feedbacks a phone's cookie knows."""

PHOTO_KEPT = timedelta(days=1)

WORK_GOOD_FOR = timedelta(hours=6)

LATER_WORDS = "现在提交的人太多了，请过一小时再提交，或直接打监督电话。"
TRIED_WORDS = "您提交得太频繁了，请 10 分钟后再提交。"
COOKIE_WORDS = (
    "为了安全，请再点一次“提交”。如果一直看到这句话，说明手机不允许网页保存 Cookie，"
    "请换一个浏览器，或直接打监督电话。"
)
AGAIN_WORDS = (
    "同样的话刚才已经收到了，不用再提交。看答复请打开您收藏的查询链接；"
    "如果是另一个人要说同样的话，请换个说法，或过 10 分钟再提交。"
)


@dataclass(frozen=True)
class Form:
    """A form as it was filled in. `photo`, `voice`: the sealed name of one that is kept already;
    `masked`: the text without personal data, where it has some and the sender is to choose;
    `alike`: answered questions like this one, to be read before it is sent."""

    kind: str = ""
    text: str = ""
    phone: str = ""
    village: str = ""
    token: str = ""
    photo: str = ""
    voice: str = ""
    name: str = ""
    fault: str = ""
    masked: str = ""
    photo_lost: bool = False
    alike: tuple[Feedback, ...] = ()


class NotNow(Exception):
    """The form is shown again, with words that say why; `code` is the answer's HTTP status."""

    def __init__(self, words: str, code: int) -> None:
        super().__init__(words)
        self.code = code


def typed() -> Form:
    """The form of this request."""
    given = request.form
    kept, spoken = given.get("photo_kept", ""), given.get("voice_kept", "")
    return Form(
        kind=given.get("kind", ""),
        text=given.get("text", ""),
        phone=given.get("phone", ""),
        village=given.get("village", ""),
        token=given.get("token") or new_token(),
        name=given.get("name", ""),
        photo=kept if _unsealed(kept) else "",
        voice=spoken if _unsealed(spoken) else "",
        photo_lost=_upload("photo") is not None or _upload("voice") is not None,
    )


def check_try() -> None:
    """Raises NotNow where an address tries too often, or the form is not this site's own."""
    _check(TRIED, "tried", get_remote_address(), count=True)
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValueError:
        raise NotNow(COOKIE_WORDS, 400) from None


def check_limits(form: Form, notice: str, screen: str = "") -> list[str]:
    """Why what is sent is to be held for a look (see `feedback.receive`); mostly []. `screen` is
    the name of the touch screen that it is sent from, "" on a phone.

    Raises NotNow where just this was taken, or far too much.
    """
    journal, address = current_node().journal, get_remote_address()
    if _reached(SAME, "same", screen or address, _digest(form, notice)):
        raise NotNow(AGAIN_WORDS, 409)
    said = intake.verdict(journal, network=address, screen=screen, notice=notice)
    if said == "later":
        raise NotNow(LATER_WORDS, 429)
    if said == "hold" or (not screen and intake.under_attack(journal) and not _worked()):
        return ["often"]
    return []


def count(
    form: Form, notice: str, token: str, held: Collection[str] = (), screen: str = ""
) -> None:
    """What was taken counts against the limits, and the phone remembers it."""
    limiter: Any = guard.limiter.limiter
    address = get_remote_address()
    intake.note(
        current_node().journal, network=address, screen=screen, notice=notice, held=bool(held)
    )
    limiter.hit(SAME, "same", screen or address, _digest(form, notice))
    if screen:
        return
    known = [*session.get("sent", ()), [_digest(form, notice), token, clock.stamp()]]
    session["sent"] = known[-REMEMBERED:]


def sent_before(form: Form, notice: str) -> str | None:
    """The token of this phone's own feedback with the same words within ten minutes, or None."""
    digest = _digest(form, notice)
    for known, token, at in reversed(session.get("sent", [])):
        if known == digest and clock.now() - datetime.fromisoformat(at) < SAME_WITHIN:
            return str(token)
    return None


def work_wanted(node: Node) -> str:
    """What the form's page is to work on; "" unless somebody floods the box."""
    if not intake.under_attack(node.journal):
        return ""
    return str(_worker().dumps(secrets.token_hex(8)))


def with_photo(node: Node, form: Form) -> Form:
    """The form with the photo and the voice memo that came with it made safe and kept.

    Raises FileRefused.
    """
    if (upload := _upload("photo")) is not None:
        form = replace(form, photo=_kept(node, photos.photo(upload.read()).data))
    if (upload := _upload("voice")) is not None:
        form = replace(form, voice=_kept(node, sounds.sound(upload.read()).data))
    return replace(form, photo_lost=False)


def photo_of(form: Form) -> str:
    """The SHA-256 of the form's photo, "" where it has none."""
    return _unsealed(form.photo)


def voice_of(form: Form) -> str:
    """The SHA-256 of the form's voice memo, "" where it has none."""
    return _unsealed(form.voice)


def warned(node: Node, form: Form, village: str) -> Form:
    """The form as the sender's button says: its personal data masked, or as it is; with `masked`
    and the words of a warning where neither was said yet."""
    masked = without_personal(node.journal, village, form.text)
    match request.form.get("do"):
        case "mask":
            return replace(form, text=masked)
        case "as_is" | "still":
            return form
    if masked == form.text:
        return form
    kinds = dict.fromkeys(privacy.KINDS[found.kind] for found in privacy.find(form.text))
    words = (
        f"您写的话里有{'、'.join(kinds)}。村里公开答复时，您的问题也会一起公开。"
        "您可以遮盖后提交，也可以就这样提交。"
    )
    return replace(form, masked=masked, fault=words)


def offered(node: Node, form: Form, village: str, notice: str) -> Form:
    """The form with answered questions like it, unless the sender has seen them or praises."""
    if request.form.get("do") == "still" or form.kind not in ("询问", "建议", "不满意"):
        return form
    return replace(form, alike=tuple(asked.alike(node.journal, village, form.text, notice)))


def _check(limit: RateLimitItem, *key: str, count: bool = False) -> None:
    if _reached(limit, *key, count=count):
        raise NotNow(TRIED_WORDS, 429)


def _reached(limit: RateLimitItem, *key: str, count: bool = False) -> bool:
    limiter: Any = guard.limiter
    if not limiter.enabled:
        return False
    free = limiter.limiter.hit(limit, *key) if count else limiter.limiter.test(limit, *key)
    return not free


def _digest(form: Form, notice: str) -> str:
    pictured = "photo" if form.photo or form.voice or form.photo_lost else ""
    said = "\0".join((notice, form.village, form.kind, pictured, " ".join(form.text.split())))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _upload(name: str) -> FileStorage | None:
    upload = request.files.get(name)
    return upload if upload is not None and upload.filename else None


def _kept(node: Node, data: bytes) -> str:
    return str(_seal().dumps(node.blobs.put(data)))


def _worked() -> bool:
    """Whether the form's page did its work; one work is good for one form."""
    challenge = request.form.get("work", "")
    try:
        _worker().loads(challenge, max_age=int(WORK_GOOD_FOR.total_seconds()))
    except BadSignature:
        return False
    if _reached(parse("1 per 6 hours"), "worked", challenge, count=True):
        return False
    return work.is_done(challenge, request.form.get("work_done", ""))


def _worker() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="phone work")


def _seal() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="phone photo")


def _unsealed(sealed: str) -> str:
    try:
        return str(_seal().loads(sealed, max_age=int(PHOTO_KEPT.total_seconds())))
    except BadSignature:
        return ""
