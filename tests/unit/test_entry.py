import hashlib

import pytest

from kiosk.journal.entry import (
    BodyMismatch,
    Entry,
    LeafTooLong,
    entry_from_record,
    entry_record,
    new_entry,
)


def an_entry() -> Entry:
    return new_entry(
        "371721105201/public",
        3,
        "notice.published",
        "01JDEXAMPLE",
        "2026-11-24T04:05:06+00:00",
        "王秀兰",
        {"title": "第三季度财务收支情况", "amount": 5361292},
    )


def test_the_leaf_is_canonical_json_without_body_and_salt() -> None:
    entry = an_entry()
    assert (
        entry.leaf
        == (
            '{"actor":"王秀兰","at":"2026-11-24T04:05:06+00:00",'
            f'"body_hash":"{entry.body_hash.hex()}","kind":"notice.published",'
            '"seq":3,"stream":"371721105201/public","subject":"01JDEXAMPLE"}'
        ).encode()
    )


def test_the_body_hash_is_salted() -> None:
    entry = an_entry()
    assert entry.salt is not None
    canonical = '{"amount":5361292,"title":"第三季度财务收支情况"}'.encode()
    assert entry.body_hash == hashlib.sha256(entry.salt + canonical).digest()
    assert an_entry().body_hash != entry.body_hash


def test_an_erased_entry_keeps_its_leaf() -> None:
    entry = an_entry()
    assert entry.without_body().leaf == entry.leaf
    assert entry.without_body().erased
    assert not entry.erased


@pytest.mark.parametrize("erased", [False, True])
def test_a_record_gives_the_same_entry_back(erased: bool) -> None:
    entry = an_entry().without_body() if erased else an_entry()
    assert entry_from_record(entry_record(entry)) == entry


def test_an_altered_body_is_refused() -> None:
    record = entry_record(an_entry())
    record["body"] = {**record["body"], "amount": 1}
    with pytest.raises(BodyMismatch):
        entry_from_record(record)


def test_a_salt_without_its_body_is_refused() -> None:
    record = {**entry_record(an_entry()), "body": None}
    with pytest.raises(BodyMismatch):
        entry_from_record(record)


@pytest.mark.parametrize(
    ("field", "value"), [("seq", -1), ("seq", True), ("actor", 7), ("body_hash", "00")]
)
def test_a_malformed_record_is_refused(field: str, value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        entry_from_record({**entry_record(an_entry()), field: value})


def test_a_leaf_too_long_for_a_bundle_is_refused() -> None:
    with pytest.raises(LeafTooLong):
        new_entry("v/public", 0, "notice.published", "x" * 70_000, "", "system", {})
