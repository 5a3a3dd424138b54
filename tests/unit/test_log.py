"""The journal on SQLite: what is appended stands, what is copied is the same, forks are seen."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlite_utils import Database, Migrations

from kiosk import clock
from kiosk.journal import checkpoint as notes
from kiosk.journal import merkle
from kiosk.journal.entry import Entry
from kiosk.journal.log import (
    BadEntries,
    Draft,
    ForkFound,
    Journal,
    NotOurs,
    UnknownOrigin,
)
from kiosk.journal.projection import Room

V, T = "371721105201", "371721105000"
STREAM = f"{V}/public"
AT = datetime(2026, 10, 8, 1, 0, tzinfo=UTC)

migrations = Migrations("things")


@migrations()
def m001(db: Database) -> None:
    db.execute(
        "CREATE TABLE things (stream TEXT, seq INTEGER, body TEXT, PRIMARY KEY (stream, seq))"
    )


def apply(db: Database, entry: Entry) -> None:
    if entry.body is not None and entry.body.get("refuse"):
        raise RuntimeError("a projection that fails")
    text = None if entry.body is None else entry.body["text"]
    db.execute("INSERT OR REPLACE INTO things VALUES (?, ?, ?)", [entry.stream, entry.seq, text])


THINGS = Room("things", frozenset({"thing.made"}), ("things",), migrations, apply)


def a_journal(path: Path, code: str, key: Ed25519PrivateKey | None = None) -> Journal:
    return Journal(path, code, key or Ed25519PrivateKey.generate(), rooms=[THINGS])


def say(journal: Journal, text: str) -> Entry:
    return journal.append("public", "thing.made", "S", {"text": text})


def rows(journal: Journal) -> list[tuple[object, ...]]:
    return list(journal.db.execute("SELECT * FROM things ORDER BY stream, seq"))


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Journal, Journal]:
    village, township = a_journal(tmp_path / "v.db", V), a_journal(tmp_path / "t.db", T)
    own, witness = village.origin(V), township.origin(T)
    assert own is not None and witness is not None
    township.trust(V, own.host, own.public_key)
    village.trust(T, witness.host, witness.public_key)
    return village, township


def ship(village: Journal, township: Journal) -> None:
    note = village.checkpoint(STREAM)
    assert note is not None
    size = township.take(STREAM, village.read(STREAM, township.size(STREAM)), note)
    witness = township.origin(T)
    assert witness is not None
    village.add_cosignatures(STREAM, township.cosign(STREAM, size), witness)


def test_entries_of_one_append_stand_together_or_not_at_all(tmp_path: Path) -> None:
    journal = a_journal(tmp_path / "v.db", V)
    say(journal, "甲")
    with pytest.raises(RuntimeError):
        journal.append_all(
            [
                Draft("public", "thing.made", "S", {"text": "乙"}),
                Draft("public", "thing.made", "S", {"text": "丙", "refuse": True}),
            ]
        )
    assert journal.size(STREAM) == 1
    assert rows(journal) == [(STREAM, 0, "甲")]
    assert say(journal, "丁").seq == 1


def test_every_append_is_signed_for(tmp_path: Path) -> None:
    journal = a_journal(tmp_path / "v.db", V)
    for number in range(9):
        say(journal, str(number))
        note = journal.checkpoint(STREAM)
        own = journal.origin(V)
        assert note is not None and own is not None
        opened = notes.open_note(note, [notes.vkey(own.name(STREAM), own.public_key)])
        assert (opened.size, opened.root) == (number + 1, journal.root(STREAM, number + 1))


def test_the_root_is_that_of_the_leaves(tmp_path: Path) -> None:
    journal = a_journal(tmp_path / "v.db", V)
    leaves = [merkle.leaf_hash(say(journal, str(number)).leaf) for number in range(7)]
    left = merkle.node_hash(
        merkle.node_hash(leaves[0], leaves[1]), merkle.node_hash(leaves[2], leaves[3])
    )
    right = merkle.node_hash(merkle.node_hash(leaves[4], leaves[5]), leaves[6])
    assert journal.head(STREAM).root == merkle.node_hash(left, right)


def test_a_journal_opened_again_goes_on(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    journal = a_journal(tmp_path / "v.db", V, key)
    say(journal, "甲")
    journal.close()
    again = a_journal(tmp_path / "v.db", V, key)
    assert say(again, "乙").seq == 1
    assert rows(again) == [(STREAM, 0, "甲"), (STREAM, 1, "乙")]


def test_a_copy_is_exact_and_taking_it_twice_changes_nothing(
    pair: tuple[Journal, Journal],
) -> None:
    village, township = pair
    for text in "甲乙丙":
        say(village, text)
    ship(village, township)
    note = village.checkpoint(STREAM)
    assert note is not None
    before = township.version()
    assert township.take(STREAM, village.read(STREAM), note) == 3
    assert township.version() == before
    assert township.read(STREAM) == village.read(STREAM)
    assert rows(township) == rows(village)
    assert township.head(STREAM) == village.head(STREAM)


def test_a_gap_is_refused(pair: tuple[Journal, Journal]) -> None:
    village, township = pair
    for text in "甲乙丙":
        say(village, text)
    note = village.checkpoint(STREAM)
    assert note is not None
    with pytest.raises(BadEntries):
        township.take(STREAM, village.read(STREAM, 1), note)
    with pytest.raises(BadEntries):
        township.take(STREAM, village.read(STREAM, 0, 2), note)
    assert township.size(STREAM) == 0


def test_an_entry_that_the_note_does_not_sign_is_refused(pair: tuple[Journal, Journal]) -> None:
    village, township = pair
    say(village, "甲")
    note = village.checkpoint(STREAM)
    assert note is not None
    forged = a_journal(Path(village._store.path).parent / "forged.db", V)
    with pytest.raises(BadEntries):
        township.take(STREAM, [say(forged, "乙")], note)
    assert township.size(STREAM) == 0


def test_a_note_of_another_key_is_refused(pair: tuple[Journal, Journal], tmp_path: Path) -> None:
    _, township = pair
    forged = a_journal(tmp_path / "forged.db", V)
    entry = say(forged, "乙")
    note = forged.checkpoint(STREAM)
    assert note is not None
    with pytest.raises(notes.SignatureWrong):
        township.take(STREAM, [entry], note)


def test_a_stream_of_nobody_known_is_refused(pair: tuple[Journal, Journal]) -> None:
    with pytest.raises(UnknownOrigin):
        pair[1].take("371721105299/public", [], "")


def test_nobody_else_can_write_our_stream(pair: tuple[Journal, Journal]) -> None:
    with pytest.raises(NotOurs):
        pair[0].take(STREAM, [], "")


def test_another_history_is_a_fork_and_both_notes_are_kept(
    pair: tuple[Journal, Journal], tmp_path: Path
) -> None:
    village, township = pair
    say(village, "甲")
    clone = Journal(tmp_path / "clone.db", V, village._key, rooms=[THINGS])
    say(village, "乙")
    ship(village, township)
    for text in ("改过的甲", "乙"):
        say(clone, text)
    note = clone.checkpoint(STREAM)
    assert note is not None
    with pytest.raises(ForkFound):
        township.take(STREAM, clone.read(STREAM), note)
    assert [(fork["stream"], fork["seen"]) for fork in township.forks()] == [(STREAM, note)]
    assert notes.split_note(township.forks()[0]["held"])[0] != notes.split_note(note)[0]
    assert township.read(STREAM) == village.read(STREAM)


def test_an_erasure_cannot_itself_be_erased(pair: tuple[Journal, Journal]) -> None:
    village, _ = pair
    say(village, "身份证号写错了地方")
    erasure = village.erase("public", 0, actor="王秀兰", reason="含身份证号")
    with pytest.raises(BadEntries):
        village.erase("public", erasure.seq, actor="王秀兰", reason="后悔")
    assert village.head(STREAM).size == 2
    assert not village.entry(STREAM, erasure.seq).erased


def test_an_erased_body_is_gone_here_and_on_the_copy_and_all_still_verifies(
    pair: tuple[Journal, Journal],
) -> None:
    village, township = pair
    say(village, "身份证号写错了地方")
    say(village, "乙")
    ship(village, township)
    root = village.root(STREAM, 2)
    village.erase("public", 0, actor="王秀兰", reason="含身份证号")
    ship(village, township)
    for journal in pair:
        assert journal.entry(STREAM, 0).erased
        assert journal.root(STREAM, 2) == root
        assert rows(journal) == [(STREAM, 0, None), (STREAM, 1, "乙")]
        path = Path(journal._store.path)
        for file in path.parent.glob(f"{path.name}*"):
            assert "身份证号写错".encode() not in file.read_bytes()


def test_a_rebuild_gives_the_same_tables(pair: tuple[Journal, Journal]) -> None:
    village, township = pair
    for text in "甲乙丙丁":
        say(village, text)
        say(township, text)
    village.erase("public", 2, actor="王秀兰", reason="写错")
    ship(village, township)
    for journal in pair:
        before = journal.projector.fingerprints(journal.db)
        journal.rebuild()
        assert journal.projector.fingerprints(journal.db) == before


def test_a_notice_cannot_be_backdated(pair: tuple[Journal, Journal]) -> None:
    village, township = pair
    with clock.set_to(AT):
        say(village, "甲")
        ship(village, township)
    with clock.set_to(AT + timedelta(days=7)):
        ship(village, township)
    with clock.set_to(AT + timedelta(days=1)):
        late = say(village, "补登，钟拨回去了")
    with clock.set_to(AT + timedelta(days=8)):
        ship(village, township)
    assert late.at == "2026-10-09T01:00:00+00:00"
    for journal in pair:
        assert journal.not_before(STREAM, late.seq) == AT + timedelta(days=7)
        assert journal.witnessed(STREAM, late.seq) == AT + timedelta(days=8)
        assert journal.witnessed(STREAM, 0) == AT
        assert journal.not_before(STREAM, 0) is None


def test_only_the_first_and_last_signature_on_one_size_are_kept(
    pair: tuple[Journal, Journal],
) -> None:
    village, township = pair
    with clock.set_to(AT):
        say(village, "甲")
    for hours in range(5):
        with clock.set_to(AT + timedelta(hours=hours)):
            ship(village, township)
    times = [(1, AT), (1, AT + timedelta(hours=4))]
    assert village.cosignature_times(STREAM) == township.cosignature_times(STREAM) == times


def test_the_version_changes_with_every_entry_and_cosignature(
    pair: tuple[Journal, Journal],
) -> None:
    village, township = pair
    seen = {village.version()}
    say(village, "甲")
    seen.add(village.version())
    ship(village, township)
    seen.add(village.version())
    assert len(seen) == 3


def test_a_key_on_file_is_not_replaced(pair: tuple[Journal, Journal]) -> None:
    _, township = pair
    with pytest.raises(ValueError, match="another key"):
        township.trust(V, "sanwu.invalid", bytes(32))


def test_a_new_projection_is_filled_from_the_journal(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    old = Journal(tmp_path / "v.db", V, key)
    say(old, "甲")
    old.close()
    assert rows(a_journal(tmp_path / "v.db", V, key)) == [(STREAM, 0, "甲")]
