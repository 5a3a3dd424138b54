"""The database's connections: what fails leaves nothing behind, and closing is safe."""

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kiosk.journal.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "node.db")
    store.db.execute("CREATE TABLE owners (id INTEGER PRIMARY KEY)")
    store.db.execute(
        """
        CREATE TABLE things (
            name TEXT,
            owner INTEGER REFERENCES owners DEFERRABLE INITIALLY DEFERRED
        )
        """
    )
    return store


def names(path: str) -> list[str]:
    with sqlite3.connect(path) as db:
        return [name for (name,) in db.execute("SELECT name FROM things ORDER BY name")]


def test_what_follows_a_commit_that_failed_is_written_for_good(store: Store) -> None:
    # As on a full disk, it is the commit that fails, not the statement.
    with pytest.raises(sqlite3.IntegrityError), store.writing() as db:
        db.execute("INSERT INTO things VALUES ('first', 7)")
    with store.writing() as db:
        db.execute("INSERT INTO things VALUES ('second', NULL)")
    assert names(store.path) == ["second"]


def test_a_closed_store_is_not_opened_again_by_whoever_comes_late(store: Store) -> None:
    db = store.db
    store.close()
    with pytest.raises(sqlite3.ProgrammingError):
        db.execute("SELECT 1")
    with pytest.raises(sqlite3.ProgrammingError):
        store.db.execute("SELECT 1")


def test_closing_waits_for_what_is_being_written(store: Store) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def write() -> None:
        with store.writing() as db:
            db.execute("INSERT INTO things VALUES ('first', NULL)")
            begun.set()
            go_on.wait(10)

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait(10)
    closing = threading.Thread(target=store.close)
    closing.start()
    assert closing.is_alive()
    go_on.set()
    writer.join(10)
    closing.join(10)
    assert not closing.is_alive()
    assert names(store.path) == ["first"]


def test_what_a_write_forgets_is_in_no_file_afterwards(store: Store) -> None:
    with store.writing() as db:
        db.execute("INSERT INTO things VALUES ('a secret that was', NULL)")
    with store.writing() as db:
        db.execute("UPDATE things SET name = 'x'")
        store.forget()
    for path in Path(store.path).parent.glob("node.db*"):
        assert b"a secret" not in path.read_bytes(), path


def test_what_a_reader_keeps_in_the_log_is_forgotten_after_the_next_write(store: Store) -> None:
    with store.writing() as db:
        db.execute("INSERT INTO things VALUES ('a secret that was', NULL)")
    reader = sqlite3.connect(store.path)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM things").fetchall()
    with store.writing() as db:
        db.execute("UPDATE things SET name = 'x'")
        store.forget()
    reader.close()
    with store.writing() as db:
        db.execute("INSERT INTO things VALUES ('y', NULL)")
    for path in Path(store.path).parent.glob("node.db*"):
        assert b"a secret" not in path.read_bytes(), path


def test_closing_leaves_no_log_behind(store: Store) -> None:
    with store.writing() as db:
        db.execute("INSERT INTO things VALUES ('first', NULL)")
    store.close()
    store.close()
    assert [path.name for path in Path(store.path).parent.glob("node.db*")] == ["node.db"]


BUSY = """
import sqlite3, sys, threading
from kiosk.journal.store import Store

def use(store, number):
    try:
        while True:
            if number % 2:
                with store.writing() as db:
                    db.execute("INSERT INTO things VALUES (hex(randomblob(2000)))")
            else:
                store.db.execute("SELECT count(*), max(name) FROM things").fetchall()
    except sqlite3.ProgrammingError:
        pass

for turn in range(6):
    store = Store(f"{sys.argv[1]}/{turn}.db")
    store.db.execute("CREATE TABLE things (name TEXT)")
    users = [threading.Thread(target=use, args=[store, n]) for n in range(4)]
    for user in users:
        user.start()
    threading.Event().wait(0.03)
    store.close()
    for user in users:
        user.join()
"""


def test_closing_while_other_threads_work_does_not_crash_the_process(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BUSY, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
