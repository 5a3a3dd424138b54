"""A node describes itself; a township invites villages and enrols them."""

import hashlib
import secrets
from datetime import date, datetime, timedelta

from kiosk import clock
from kiosk.journal.log import Journal
from kiosk.rules import codes
from kiosk.villages import queries

INVITATION_LASTS = timedelta(days=7)
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No letters and digits that are mistaken for each other when read over the telephone."""


class InvitationRefused(ValueError):
    """The one-time code does not admit this village; the message says why, in plain Chinese."""


def describe(
    journal: Journal,
    *,
    name: str,
    role: str,
    began: date,
    contacts: dict[str, str],
    public_url: str,
) -> None:
    """Says on the public stream who this node is, where that is not what it said last."""
    body = {
        "code": journal.code,
        "name": name,
        "role": role,
        "began": began.isoformat(),
        "contacts": dict(contacts),
        "public_url": public_url,
    }
    said = journal.find(journal.code, "node.described")
    own = [entry for entry in said if entry.stream == journal.own("public")]
    if not own or own[-1].body != body:
        journal.append("public", "node.described", journal.code, body)


def invite(journal: Journal, village_code: str, *, actor: str) -> str:
    """A new one-time code for a village of this township, good for seven days.

    Raises CodeMalformed, or InvitationRefused where the village lies elsewhere.
    """
    village = codes.normalised(village_code)
    if codes.level(village) != "village" or not codes.is_within(village, journal.code):
        raise InvitationRefused(f"{village} 不是本乡镇的村，请核对 12 位区划代码。")
    plain = "".join(secrets.choice(CODE_LETTERS) for _ in range(12))
    code = "-".join(plain[start : start + 4] for start in (0, 4, 8))
    journal.append(
        "self",
        "village.invited",
        village,
        {
            "code_hash": _hash(code),
            "expires": (clock.now() + INVITATION_LASTS).isoformat(timespec="seconds"),
        },
        actor=actor,
    )
    return code


def enrol(
    journal: Journal, code: str, *, village_code: str, name: str, host: str, public_key: bytes
) -> None:
    """Takes a village in that shows its one-time code, and puts its key on file.

    The same village with the same key may ask again (its answer was lost); nothing is doubled.
    Raises InvitationRefused.
    """
    code_hash = _hash(code)
    with journal.writing():
        found = queries.invited(journal, code_hash)
        if found is None or found[0] != village_code:
            raise InvitationRefused("加入码不对。请向乡镇重新要一个，注意村的区划代码也要一致。")
        spent = queries.enrolment_by_invitation(journal, code_hash)
        if spent is not None:
            if spent.public_key == public_key.hex() and spent.code == village_code:
                return
            raise InvitationRefused("这个加入码已经用过。请向乡镇重新要一个。")
        if datetime.fromisoformat(found[1]) < clock.now():
            raise InvitationRefused("这个加入码已经过期（7 天有效）。请向乡镇重新要一个。")
        try:
            journal.trust(village_code, host, public_key)
        except ValueError as error:
            raise InvitationRefused(
                "这个村已经用另一台机器加入过。请乡镇先核实，再办理恢复。"
            ) from error
        journal.append(
            "public",
            "village.enrolled",
            village_code,
            {
                "code": village_code,
                "name": name,
                "host": host,
                "public_key": public_key.hex(),
                "code_hash": code_hash,
            },
        )


def _hash(code: str) -> str:
    plain = code.strip().upper().replace("-", "").replace(" ", "")
    return hashlib.sha256(plain.encode()).hexdigest()
