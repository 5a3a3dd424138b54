"""Handing a sealed report in, and what the township's discipline office does: making its key,
opening, answering. Only ciphertext is ever appended; what was opened stays in memory."""

import base64
from dataclasses import dataclass

from nacl.public import PrivateKey
from ulid import ULID

from kiosk import clock, villages
from kiosk.journal.log import Draft, Journal
from kiosk.sealed import box as boxes
from kiosk.sealed import queries
from kiosk.sealed.box import BoxUnreadable, PassphraseWrong
from kiosk.sealed.queries import Report

TEXT_LIMIT = 3000
PASSPHRASE_AT_LEAST = 12
SENDER = "sealed"


class SealedRefused(ValueError):
    """It cannot be done so; the message says why, in plain Chinese."""


@dataclass(frozen=True)
class Keyring:
    """Private keys as a passphrase opened them, by fingerprint. Never written anywhere."""

    keys: dict[str, PrivateKey]


def receive(
    journal: Journal, *, township: str, key: str, box: bytes, mailbox: str, picture: str = ""
) -> str:
    """Takes a sealed report in; its id. `key`: fingerprint of the township's key it is sealed to;
    `picture`: the SHA-256 of a sealed picture. Raises SealedRefused."""
    if all(known.fingerprint != key for known in queries.keys(journal, township)):
        raise SealedRefused("镇纪检的钥匙换过了，请刷新本页，再提交一次。写的内容请先抄下来。")
    if not boxes.is_mailbox(mailbox):
        raise SealedRefused("信封没有传完整，请再试一次。")
    id = str(ULID.from_datetime(clock.now()))
    body = {
        "key": key,
        "box": base64.b64encode(box).decode(),
        "mailbox": mailbox,
        "picture": {"sha": picture} if picture else None,
    }
    channel = "self" if journal.code == township else "parent"
    journal.append(channel, "sealed.received", id, body, actor=SENDER)
    return id


def sealed_here(journal: Journal, township: str, text: str, code: str) -> tuple[str, bytes, str]:
    """(key, box, mailbox) of a text that this node seals itself, in memory.

    Raises SealedRefused.
    """
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise SealedRefused("请写下要举报的事。")
    if len(text) > TEXT_LIMIT:
        raise SealedRefused(f"写得太长了（{len(text)} 字），最多 {TEXT_LIMIT} 字，请分成几次。")
    known = queries.keys(journal, township)
    if not known:
        raise SealedRefused("镇纪检还没有设好钥匙，现在不能密封举报。请打 12388。")
    return known[0].fingerprint, boxes.seal(text, known[0].key), boxes.mailbox(code)


def make_key(journal: Journal, passphrase: str, *, name: str, actor: str) -> str:
    """A new key of the discipline office, in use from now on; its fingerprint. Earlier ones stay,
    for what was sealed to them. Raises SealedRefused."""
    if len("".join(passphrase.split())) < PASSPHRASE_AT_LEAST:
        raise SealedRefused(f"口令太短，至少要 {PASSPHRASE_AT_LEAST} 个字符，最好是一句话。")
    made = boxes.new_key()
    key = bytes(made.public_key).hex()
    mark = boxes.fingerprint(key)
    kept = boxes.wrapped(made, passphrase)
    journal.append_all(
        [
            Draft("self", "sealed.key_made", mark, {"salt": kept.salt, "box": kept.box}, actor),
            Draft("public", "sealed.key_published", mark, {"key": key, "name": name}, actor),
        ]
    )
    return mark


def unlock(journal: Journal, passphrase: str) -> Keyring:
    """The keys that the passphrase opens. Raises PassphraseWrong where it opens none."""
    opened: dict[str, PrivateKey] = {}
    for mark, kept in queries.wraps(journal).items():
        try:
            opened[mark] = boxes.unwrapped(kept, passphrase)
        except PassphraseWrong:
            continue
    if not opened:
        raise PassphraseWrong("口令不对。")
    return Keyring(opened)


def open_report(journal: Journal, id: str, ring: Keyring, *, actor: str) -> str:
    """The report's words; that `actor` read it is on record before they are shown.

    Raises SealedRefused.
    """
    found = _found(journal, id)
    key = _key_of(found, ring)
    journal.append("self", "sealed.opened", id, {}, actor=actor)
    try:
        return boxes.opened(base64.b64decode(found.box), key)
    except (BoxUnreadable, ValueError) as error:
        raise SealedRefused(str(error)) from error


def open_picture(found: Report, data: bytes, ring: Keyring) -> bytes:
    """The report's picture, from its sealed bytes. Raises SealedRefused."""
    try:
        return boxes.opened_bytes(data, _key_of(found, ring))
    except BoxUnreadable as error:
        raise SealedRefused(str(error)) from error


def answer(journal: Journal, id: str, text: str, *, actor: str) -> None:
    """Answers the sender, sealed to the receipt code; and to the office itself, for its file.

    Raises SealedRefused.
    """
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise SealedRefused("请写下回复。")
    if len(text) > TEXT_LIMIT:
        raise SealedRefused(f"回复太长了（{len(text)} 字），最多 {TEXT_LIMIT} 字。")
    found = _found(journal, id)
    own = queries.keys(journal, journal.code)
    try:
        box = boxes.seal(text, found.mailbox)
    except ValueError as error:
        raise SealedRefused("这个信封没有留能回复的地址。") from error
    body = {
        "mailbox": found.mailbox,
        "box": base64.b64encode(box).decode(),
        "copy": base64.b64encode(boxes.seal(text, own[0].key)).decode(),
    }
    known = {each.code for each in villages.children(journal)}
    channel = found.village if found.village in known else "self"
    journal.append(channel, "sealed.answered", id, body, actor=actor)


def close(journal: Journal, id: str, *, actor: str) -> None:
    """Raises SealedRefused."""
    if _found(journal, id).state != "closed":
        journal.append("self", "sealed.closed", id, {}, actor=actor)


def answers(journal: Journal, mailbox: str) -> list[tuple[str, str]]:
    """(when, box in base64) of the answers to one sender, oldest first."""
    return [
        (event.at, str(event.body["box"]))
        for each in queries.of_mailbox(journal, mailbox)
        for event in each.events
        if event.kind == "answered" and event.body["mailbox"] == mailbox
    ]


def own_copy(event_body: dict[str, str], ring: Keyring) -> str:
    """An own answer as it was given; "" where no key here opens it."""
    for key in ring.keys.values():
        try:
            return boxes.opened(base64.b64decode(event_body.get("copy", "")), key)
        except (BoxUnreadable, ValueError):
            continue
    return ""


def _found(journal: Journal, id: str) -> Report:
    found = queries.report(journal, id)
    if found is None:
        raise SealedRefused("没有这封举报。")
    return found


def _key_of(found: Report, ring: Keyring) -> PrivateKey:
    key = ring.keys.get(found.key)
    if key is None:
        raise SealedRefused("这封举报是用以前的钥匙封的，请用那把钥匙的口令开锁。")
    return key
