"""A node describes itself; a township invites villages, enrols them, certifies and revokes keys.

All the same for a county and its townships.
"""

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
    last = {} if not own or own[-1].body is None else dict(own[-1].body)
    last.pop("again", None)
    if last != body and not journal.stopped(journal.own("public")):
        journal.append("public", "node.described", journal.code, body)


def invite(journal: Journal, village_code: str, *, actor: str) -> str:
    """A new one-time code for a village of this township, good for seven days.

    Of a village that joined before it lets another machine take its place (`certify`). Raises
    CodeMalformed, or InvitationRefused where the village lies elsewhere.
    """
    village = codes.normalised(village_code)
    above = codes.level(journal.code)
    below = "township" if above == "county" else "village"
    if codes.level(village) != below or not codes.is_within(village, journal.code):
        if above == "county":
            raise InvitationRefused(f"{village} 不是本县的乡镇，请核对 12 位区划代码。")
        raise InvitationRefused(f"{village} 不是本乡镇的村，请核对 12 位区划代码。")
    recovers = any(each.code == village for each in queries.children(journal))
    if recovers and above == "county":
        raise InvitationRefused(
            "这个乡镇已经加入。乡镇换机器要用它自己的备份恢复：各村记着它的密钥。"
        )
    plain = "".join(secrets.choice(CODE_LETTERS) for _ in range(12))
    code = "-".join(plain[start : start + 4] for start in (0, 4, 8))
    journal.append(
        "self",
        "village.invited",
        village,
        {
            "code_hash": _hash(code),
            "expires": (clock.now() + INVITATION_LASTS).isoformat(timespec="seconds"),
            "recovers": recovers,
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
        if queries.recovers(journal, code_hash):
            raise InvitationRefused(
                "这个村以前加入过，这个码是恢复用的。请在新机器上运行 kiosk recover。"
            )
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


def certify_recovery(journal: Journal, code: str, new_public_key: bytes) -> str:
    """Lets another machine take a village's place that shows a one-time code; the village's code.

    The village's key until now is good for what is held here and no more. The same machine may
    ask again (its answer was lost). Raises InvitationRefused.
    """
    code_hash = _hash(code)
    with journal.writing():
        found = queries.invited(journal, code_hash)
        if found is None or not queries.recovers(journal, code_hash):
            raise InvitationRefused("恢复码不对。请向乡镇重新要一个。")
        village = found[0]
        for each in queries.certifications(journal, journal.code, village):
            if each.code_hash == code_hash:
                if each.new_public_key == new_public_key.hex():
                    return village
                raise InvitationRefused("这个恢复码已经用过。请向乡镇重新要一个。")
        if datetime.fromisoformat(found[1]) < clock.now():
            raise InvitationRefused("这个恢复码已经过期（7 天有效）。请向乡镇重新要一个。")
        certify(journal, village, new_public_key, why="recovered", code_hash=code_hash)
        return village


def certify(
    journal: Journal, village: str, new_public_key: bytes, *, why: str, code_hash: str = ""
) -> None:
    """Says in public that from now on another key signs for the village. Raises ValueError where
    the village is unknown or the key is its own already."""
    with journal.writing():
        origin = journal.origin(village)
        if origin is None or origin.public_key == new_public_key:
            raise ValueError(f"no change of the key of {village}")
        limits = {
            stream: journal.size(stream)
            for stream in journal.streams()
            if stream.startswith(f"{village}/")
        }
        journal.replace_key(village, new_public_key, limits)
        journal.append(
            "public",
            "key.certified",
            village,
            {
                "village": village,
                "old_public_key": origin.public_key.hex(),
                "new_public_key": new_public_key.hex(),
                "from": limits,
                "why": why,
                "code_hash": code_hash,
            },
        )


def learn_keys(journal: Journal, township: str) -> None:
    """Puts on file the keys of a township's villages, as its public stream tells them."""
    with journal.writing():
        for each in queries.children(journal, township):
            if each.code != journal.code and journal.origin(each.code) is None:
                journal.trust(each.code, each.host, bytes.fromhex(each.public_key))
        for change in queries.certifications(journal, township):
            origin = journal.origin(change.village)
            if (
                change.village != journal.code
                and origin is not None
                and origin.public_key.hex() == change.old_public_key
            ):
                new = bytes.fromhex(change.new_public_key)
                journal.replace_key(change.village, new, change.limits)


def revoke(journal: Journal, village: str, *, reason: str, actor: str) -> None:
    """Answers a village's key no more: its machine was stolen, its key copied.

    Raises InvitationRefused where the village did not join or no reason is given.
    """
    if not reason.strip():
        raise InvitationRefused("请写明停用密钥的原因，它会公开。")
    origin = journal.origin(village)
    if origin is None or village not in {each.code for each in queries.children(journal)}:
        raise InvitationRefused(f"{village} 没有加入，请核对 12 位区划代码。")
    if queries.revoked(journal, village) is None:
        body = {
            "village": village,
            "public_key": origin.public_key.hex(),
            "reason": reason.strip(),
        }
        journal.append("public", "key.revoked", village, body, actor=actor)


def _hash(code: str) -> str:
    plain = code.strip().upper().replace("-", "").replace(" ", "")
    return hashlib.sha256(plain.encode()).hexdigest()
