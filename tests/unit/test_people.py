"""Accounts, log-in and lock-out."""

from datetime import UTC, datetime, timedelta

import pytest

from kiosk import clock, people
from kiosk.node import Node
from kiosk.people.commands import AccountRefused, LoginRefused

AT = datetime(2026, 10, 8, 1, 0, tzinfo=UTC)


def add(node: Node, name: str = "王秀兰", password: str | None = None) -> str:
    return people.add_account(
        node.journal, name, "officer", node_role="village", actor="测试", password=password
    )


def test_the_first_password_lets_in_and_is_known_to_be_the_first(village: Node) -> None:
    password = add(village)
    account = people.log_in(village.journal, "王秀兰", password)
    assert (account.role, account.first_password) == ("officer", True)


def test_the_journal_never_holds_a_password(village: Node) -> None:
    password = add(village)
    assert all(password not in str(entry.body) for entry in village.journal.all_entries())
    assert all(
        entry.stream.endswith("/self")
        for entry in village.journal.all_entries()
        if entry.kind.startswith("account.")
    )


def test_a_changed_password_replaces_the_first(village: Node) -> None:
    first = add(village)
    people.change_password(village.journal, "王秀兰", first, "三月春风又绿两岸")
    account = people.log_in(village.journal, "王秀兰", "三月春风又绿两岸")
    assert not account.first_password
    with pytest.raises(LoginRefused):
        people.log_in(village.journal, "王秀兰", first)


@pytest.mark.parametrize("new", ["短了", "same"])
def test_a_weak_new_password_is_refused(village: Node, new: str) -> None:
    first = add(village)
    with pytest.raises(AccountRefused):
        people.change_password(village.journal, "王秀兰", first, first if new == "same" else new)


@pytest.mark.parametrize("name", ["王秀兰", "没有这个人"])
def test_five_failures_lock_the_name_for_fifteen_minutes(village: Node, name: str) -> None:
    password = add(village)
    with clock.set_to(AT):
        for left in (4, 3, 2, 1):
            with pytest.raises(LoginRefused, match=f"还可以再试 {left} 次"):
                people.log_in(village.journal, name, "wrong")
        with pytest.raises(LoginRefused, match="锁定"):
            people.log_in(village.journal, name, "wrong")
    with clock.set_to(AT + timedelta(minutes=14)), pytest.raises(LoginRefused, match="锁定"):
        people.log_in(village.journal, name, password)
    if name == "王秀兰":
        with clock.set_to(AT + timedelta(minutes=16)):
            people.log_in(village.journal, name, password)


def test_a_success_forgets_the_failures(village: Node) -> None:
    password = add(village)
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(LoginRefused):
                people.log_in(village.journal, "王秀兰", "wrong")
        people.log_in(village.journal, "王秀兰", password)


@pytest.mark.parametrize(("name", "role"), [("王秀兰", "officer"), ("", "officer"), ("李", "boss")])
def test_a_taken_name_an_empty_one_or_an_unknown_role_is_refused(
    village: Node, name: str, role: str
) -> None:
    add(village)
    with pytest.raises(AccountRefused):
        people.add_account(village.journal, name, role, node_role="village", actor="测试")


def test_a_rebuild_keeps_accounts(village: Node) -> None:
    password = add(village)
    before = village.journal.projector.fingerprints(village.journal.db)
    village.journal.rebuild()
    assert village.journal.projector.fingerprints(village.journal.db) == before
    people.log_in(village.journal, "王秀兰", password)


def test_a_stranger_cannot_lock_the_officer_out(village: Node) -> None:
    password = add(village)
    for _ in range(5):
        with pytest.raises(LoginRefused):
            people.log_in(village.journal, "王秀兰", "wrong", source="10.0.0.9")
    with pytest.raises(LoginRefused, match="锁定"):
        people.log_in(village.journal, "王秀兰", password, source="10.0.0.9")
    people.log_in(village.journal, "王秀兰", password, source="10.0.0.5")


def test_a_forgotten_password_is_reset_to_a_first_one(village: Node) -> None:
    old = add(village)
    people.change_password(village.journal, "王秀兰", old, "三月春风又绿两岸")
    for _ in range(5):
        with pytest.raises(LoginRefused):
            people.log_in(village.journal, "王秀兰", "wrong")
    first = people.reset_password(village.journal, "王秀兰", actor="command line")
    assert people.log_in(village.journal, "王秀兰", first).first_password
    with pytest.raises(AccountRefused):
        people.reset_password(village.journal, "没有这个人", actor="command line")
