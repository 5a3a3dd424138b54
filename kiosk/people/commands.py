"""Adding accounts, changing passwords, and logging in with a lock-out after repeated failures."""

import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from kiosk import clock
from kiosk.journal.log import Journal
from kiosk.people import queries
from kiosk.people.queries import Account

ROLES = {
    "village": {
        "officer": "村干部（发布员）",
        "committee": "村务监督委员会",
        "finance_group": "民主理财小组",
        "branch": "村党组织",
        "village_head": "村委会主任",
        "secrecy": "保密审查",
    },
    "township": {"supervisor": "乡镇监督员", "discipline": "纪检（只看密封举报）"},
    "county": {"supervisor": "县监督员"},
}
FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=15)
PASSWORD_AT_LEAST = 8
PASSWORD_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


class AccountRefused(ValueError):
    """The account cannot be made so; the message says why, in plain Chinese."""


class LoginRefused(ValueError):
    """Name or password is wrong, or the account is locked; the message says what to do."""


@cache
def hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    """A hash to verify against where the name is unknown, so that both cases take as long."""
    return hasher().hash(secrets.token_hex(16))


def add_account(
    journal: Journal,
    name: str,
    role: str,
    *,
    node_role: str,
    actor: str,
    password: str | None = None,
) -> str:
    """Adds a login and returns its first password, made here unless given.

    Raises AccountRefused for a name that is taken or empty, or a role this node does not have.
    """
    name = name.strip()
    if not name or len(name) > 32:
        raise AccountRefused("账号名要有 1 到 32 个字。")
    if queries.account(journal, name) is not None:
        raise AccountRefused(f"账号 {name} 已经有了，请换一个名字。")
    allowed = ROLES[node_role]
    if role not in allowed:
        choices = "、".join(f"{key}（{words}）" for key, words in allowed.items())
        raise AccountRefused(f"角色 {role} 不能用，本节点可用：{choices}。")
    first = password or _first_password()
    body = {"name": name, "role": role, "password_hash": hasher().hash(first)}
    journal.append("self", "account.added", name, body, actor=actor)
    return first


def reset_password(journal: Journal, name: str, *, actor: str) -> str:
    """A new first password for an account whose own was forgotten.

    Raises AccountRefused where there is no such account.
    """
    if queries.account(journal, name) is None:
        raise AccountRefused(f"没有账号 {name}。")
    first = _first_password()
    body = {"password_hash": hasher().hash(first), "first": True}
    journal.append("self", "account.password_changed", name, body, actor=actor)
    journal.db.execute("DELETE FROM login_attempts WHERE name = ?", [name])
    return first


def change_password(journal: Journal, name: str, old: str, new: str, *, source: str = "") -> None:
    """Raises LoginRefused where the old password is wrong, AccountRefused for a weak new one."""
    log_in(journal, name, old, source=source, record=False)
    if len(new) < PASSWORD_AT_LEAST:
        raise AccountRefused(f"新密码太短，至少要 {PASSWORD_AT_LEAST} 位。")
    if new == old:
        raise AccountRefused("新密码不能和旧密码一样。")
    body = {"password_hash": hasher().hash(new)}
    journal.append("self", "account.password_changed", name, body, actor=name)


def log_in(
    journal: Journal, name: str, password: str, *, source: str = "", record: bool = True
) -> Account:
    """The account where name and password fit. Raises LoginRefused.

    After five failures in a row from one source (an address), the name is locked for that source
    for fifteen minutes, known or not. Officers' names are public: a lock on the name alone would
    let anybody shut an officer out.
    """
    name = name.strip()
    row = journal.db.execute(
        "SELECT failures, locked_until FROM login_attempts WHERE name = ? AND source = ?",
        [name, source],
    ).fetchone()
    failures, locked_until = row or (0, None)
    if locked_until is not None:
        left = datetime.fromisoformat(locked_until) - clock.now()
        if left > timedelta(0):
            minutes = int(left.total_seconds() // 60) + 1
            raise LoginRefused(f"输错次数太多，账号已锁定。请 {minutes} 分钟后再试。")
        failures = 0
    found = queries.account(journal, name)
    try:
        hasher().verify(_nobody() if found is None else found.password_hash, password)
        fits = found is not None
    except VerificationError:
        fits = False
    if not fits or found is None:
        _count_failure(journal, name, source, failures + 1)
        left_over = FAILURES_ALLOWED - failures - 1
        if left_over <= 0:
            raise LoginRefused(
                "输错次数太多，账号锁定 15 分钟。忘了密码，请找管理这台机器的人重设。"
            )
        raise LoginRefused(f"账号或密码不对，还可以再试 {left_over} 次。")
    journal.db.execute("DELETE FROM login_attempts WHERE name = ? AND source = ?", [name, source])
    if record:
        journal.append("self", "session.opened", name, {}, actor=name)
    return found


def _count_failure(journal: Journal, name: str, source: str, failures: int) -> None:
    until = None
    if failures >= FAILURES_ALLOWED:
        until = (clock.now() + LOCKED_FOR).isoformat(timespec="seconds")
        body = {"until": until, "failures": failures, "source": source}
        journal.append("self", "account.locked", name, body)
    journal.db.execute(
        "INSERT OR REPLACE INTO login_attempts VALUES (?, ?, ?, ?)",
        [name, source, failures, until],
    )


def _first_password() -> str:
    return "-".join("".join(secrets.choice(PASSWORD_LETTERS) for _ in range(4)) for _ in range(3))
