"""How fast villages' journals become a verified, cosigned, projected township journal.

    python -m tests.bench.sync [--full] [--entries N] [--villages N] [--no-pouchdb] [--dir DIR]

The township is a real `kiosk serve`, each village a process of its own, all over HTTP on this
machine. In the same run, and of the same entries, two measures to compare with:

(a) plain batched inserts of the same rows into SQLite, with the same table, index and settings
    (WAL, synchronous=FULL), a batch a transaction: what no journal on SQLite can exceed;
(b) a PouchDB replication between two Node servers (express-pouchdb on LevelDB, batches of 1000),
    where node and npm are present and the packages can be had.

Times are those of the slowest village, from the moment that all begin. Beside them stand entries by
the processor time that all processes took together, which other work on the machine changes less.
"""

import argparse
import json
import multiprocessing
import os
import random
import shutil
import sqlite3
import subprocess
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path

from kiosk.journal import store
from kiosk.journal.entry import entry_record
from kiosk.journal.log import Draft
from kiosk.node import open_node
from kiosk.sync import client, wire
from tests.bench import material
from tests.sync import servers

AIM_OF_INSERTS, AIM_OF_POUCHDB = 0.3, 5.0
POUCHDB = Path(__file__).parent / "pouchdb"
ROUNDS = 20


@dataclass(frozen=True)
class Taken:
    """Seconds by the clock, and of processor time."""

    wall: float
    cpu: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--full", action="store_true", help="10,000 entries (2,000 by default)")
    parser.add_argument("--entries", type=int)
    parser.add_argument("--villages", type=int, help="in parallel (50 with --full, else 10)")
    parser.add_argument("--repeat", type=int, default=3, help="the best of so many (3)")
    parser.add_argument("--no-pouchdb", action="store_true")
    parser.add_argument("--dir", type=Path, help="where to work (a temporary folder)")
    given = parser.parse_args()
    entries = given.entries or (10_000 if given.full else 2_000)
    many = given.villages or (50 if given.full else 10)
    with tempfile.TemporaryDirectory(dir=given.dir) as folder:
        pouchdb = None if given.no_pouchdb else installed(Path(folder))
        for villages in (1, many):
            measure(Path(folder), entries, villages, given.repeat, pouchdb)


def measure(folder: Path, entries: int, villages: int, repeat: int, pouchdb: Path | None) -> None:
    best: dict[str, Taken] = {}
    memory = ""
    for turn in range(repeat):
        place = folder / f"{villages}-{turn}"
        place.mkdir()
        taken, memory = synced(place, entries, villages)
        found = {"sync": taken, "inserts": inserted(place, villages)}
        if pouchdb is not None:
            found["pouchdb"] = replicated(place, pouchdb, villages)
        for name, each in found.items():
            held = best.get(name, each)
            best[name] = Taken(min(each.wall, held.wall), min(each.cpu, held.cpu))
        shutil.rmtree(place)
    ours = best["sync"]
    rows = [("", "entries/s", "ours is", "by CPU", "ours is", "aim")]
    for name, words, aim in (
        ("sync", "sync, verified and projected", ""),
        ("inserts", "(a) plain batched inserts", f"{AIM_OF_INSERTS} x"),
        ("pouchdb", "(b) PouchDB replication", f"{AIM_OF_POUCHDB} x"),
    ):
        if name in best:
            it = best[name]
            rows.append(
                (
                    words,
                    f"{entries / it.wall:,.0f}",
                    f"{it.wall / ours.wall:.2f} x",
                    f"{entries / it.cpu:,.0f}",
                    f"{it.cpu / ours.cpu:.2f} x",
                    aim,
                )
            )
    title = f"{entries:,} entries of about 1 KB from {villages} village(s), best of {repeat}"
    print(material.table(title, rows))
    print(f"  {memory}\n", flush=True)


def synced(folder: Path, entries: int, villages: int) -> tuple[Taken, str]:
    """What all of it took, and its memory in words."""
    port = servers.free_port()
    township, dirs = material.make_town(folder, f"http://127.0.0.1:{port}", villages + 1)
    first = dirs.pop()
    fill(first, 50, villages)
    for number, dir in enumerate(dirs):
        fill(dir, entries // villages + (number < entries % villages), number)
    server = servers.start(township, port)
    servers.until_healthy(server)
    greet(first)
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(villages + 1)
    peaks = context.Queue()
    processes = [context.Process(target=send, args=(dir, barrier, peaks)) for dir in dirs]
    for process in processes:
        process.start()
    barrier.wait()
    before = material.processor(server.process.pid)
    with material.memory_of(server.process.pid) as memory, material.timed() as taken:
        told = [peaks.get() for _ in processes]
    cpu = material.processor(server.process.pid) - before + sum(used for _, used in told)
    growth = [grown for grown, _ in told]
    for process in processes:
        process.join()
        assert process.exitcode == 0
    server.stop()
    for dir in dirs:
        check(dir, township)
    words = (
        f"resident memory: township {memory.first:.0f} MB before, {memory.peak:.0f} MB at most; "
        f"a village at most {max(growth):.0f} MB more than before"
    )
    return Taken(taken[0], cpu), words


def fill(dir: Path, size: int, seed: int) -> None:
    """Writes notices until the village's public stream has so many entries."""
    node, chance = open_node(dir), random.Random(seed)
    own = node.journal.size(node.journal.own("public"))
    material.fill(
        node.journal,
        (
            Draft("public", "notice.published", f"01J{n:023d}", material.notice(chance), "王")
            for n in range(size - own)
        ),
    )
    node.close()


def greet(dir: Path) -> None:
    """A village of which no time is taken: both programs have then loaded all that they need."""
    node = open_node(dir)
    assert client.round(node).troubles == ()
    node.close()


def send(dir: Path, barrier: Barrier, told: "multiprocessing.Queue[tuple[float, float]]") -> None:
    """One village's part; tells the megabytes and the processor time that it took."""
    node = open_node(dir)
    before = material.resident(os.getpid())
    barrier.wait()
    began = time.process_time()
    with material.memory_of(os.getpid()) as memory:
        for _ in range(ROUNDS):
            done = client.round(node)
            if not done.troubles:
                break
            time.sleep(0.05)
    told.put((memory.peak - before, time.process_time() - began))
    node.close()
    assert done.troubles == (), done.troubles


def check(village: Path, township: Path) -> None:
    """The township has it all, and has signed for it."""
    one, other = open_node(village), open_node(township)
    stream = one.journal.own("public")
    size = one.journal.size(stream)
    assert other.journal.head(stream) == one.journal.head(stream)
    assert other.journal.cosigned_size(stream) == one.journal.cosigned_size(stream) == size
    shown = other.journal.db.execute(
        "SELECT count(*) FROM notices WHERE stream = ?", [stream]
    ).fetchone()[0]
    assert shown == size - 1  # the first entry describes the village
    one.close()
    other.close()


def inserted(folder: Path, villages: int) -> Taken:
    """What it takes to insert the same rows, in batches of the same size."""
    rows = []
    for number in range(villages):
        with closing(sqlite3.connect(folder / f"village{number}" / "node.db")) as db:
            rows += db.execute(
                """
                SELECT stream, seq, kind, subject, at, actor, body, salt, body_hash FROM entries
                WHERE stream LIKE '%/public' AND stream NOT LIKE ? ORDER BY seq
                """,
                [f"{material.TOWNSHIP}/%"],
            ).fetchall()
    db = store.connect(str(folder / "plain.db"))
    db.execute(
        """
        CREATE TABLE entries (
            position INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, seq INTEGER NOT NULL,
            kind TEXT NOT NULL, subject TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL,
            body TEXT, salt BLOB, body_hash BLOB NOT NULL, UNIQUE (stream, seq)
        )
        """
    )
    db.execute("CREATE INDEX entries_by_subject ON entries (subject)")
    began = time.process_time()
    with material.timed() as taken:
        for start in range(0, len(rows), wire.BATCH_ENTRIES):
            db.execute("BEGIN IMMEDIATE")
            db.conn.executemany(
                """
                INSERT INTO entries (stream, seq, kind, subject, at, actor, body, salt, body_hash)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                rows[start : start + wire.BATCH_ENTRIES],
            )
            db.execute("COMMIT")
    cpu = time.process_time() - began
    db.close()
    return Taken(taken[0], cpu)


def installed(folder: Path) -> Path | None:
    """The folder with PouchDB installed into it; None, having said why, where it cannot be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        print("(b) left out: node or npm is not installed\n", flush=True)
        return None
    place = folder / "pouchdb"
    shutil.copytree(POUCHDB, place)
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"(b) left out: npm install failed: {done.stderr.strip()[-300:]}\n", flush=True)
        return None
    return place


def replicated(folder: Path, pouchdb: Path, villages: int) -> Taken:
    """What it takes for a replication of the same entries as documents."""
    documents = folder / "documents.jsonl"
    count = 0
    with documents.open("w") as file:
        for number in range(villages):
            node = open_node(folder / f"village{number}")
            stream = node.journal.own("public")
            found = [
                {"_id": f"{stream}#{entry.seq:08d}", **entry_record(entry)}
                for entry in node.journal.read(stream)
            ]
            node.close()
            file.write(json.dumps(found, ensure_ascii=False) + "\n")
            count += len(found)
    for name in ("source", "target"):
        (folder / name).mkdir()
    source = subprocess.Popen(
        ["node", "source.js", str(folder / "source"), str(documents)],
        cwd=pouchdb,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert source.stdout is not None
        url = f"http://127.0.0.1:{source.stdout.readline().strip()}"
        before = material.processor(source.pid)
        done = subprocess.run(
            ["node", "target.js", str(folder / "target"), url, str(villages), str(count)],
            cwd=pouchdb,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        told = json.loads(done.stdout)
        cpu = float(told["cpu"]) + material.processor(source.pid) - before
        return Taken(float(told["seconds"]), cpu)
    finally:
        source.kill()
        source.wait()


if __name__ == "__main__":
    main()
