"""A village comes back after three months offline, with everything it wrote and photographed.

    python -m tests.bench.absence [--full] [--entries N] [--photos MB] [--cuts N] [--dir DIR]

Both nodes are real `kiosk serve` processes on this machine. The village's entries are dated over
ninety days, photos are random bytes of about 400 KB and belong to the newest notices as to the
oldest. While it catches up the village is killed `--cuts` times (SIGKILL) at even steps of the
photos, and the township once. Told are: when the newest notices could be read at the township, when
their photos were there, when every entry was witnessed, when everything was there, how much was
sent twice because of the cuts, and the most memory that each process ever had (VmHWM). At the end
`kiosk verify` must find both folders in order. Exits 1 where something is not there or wrong.
"""

import argparse
import random
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from kiosk import clock
from kiosk.attachments.blobs import Blobs
from kiosk.journal.log import Draft
from kiosk.node import open_node
from tests.bench import material
from tests.sync import servers
from tests.sync.servers import Server, until

PHOTO = 400_000
"""Bytes: what the officer's page makes of a telephone's picture, at the most."""

AWAY = timedelta(days=90)
NEWEST = 20
PATIENCE = 7200.0
A_DAY = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--full", action="store_true", help="10,000 entries and 2,000 MB of photos")
    parser.add_argument("--entries", type=int)
    parser.add_argument("--photos", type=int, metavar="MB")
    parser.add_argument("--cuts", type=int, default=4, help="how often the village is killed")
    parser.add_argument("--dir", type=Path, help="where to work; needs thrice the photos' room")
    given = parser.parse_args()
    entries = given.entries or (10_000 if given.full else 1_000)
    photos = (given.photos or (2_000 if given.full else 40)) * 1_000_000 // PHOTO
    with tempfile.TemporaryDirectory(dir=given.dir) as folder:
        measure(Path(folder), entries, min(photos, entries), given.cuts)


def measure(folder: Path, entries: int, photos: int, cuts: int) -> None:
    port = servers.free_port()
    township, (village,) = material.make_town(folder, f"http://127.0.0.1:{port}", 1)
    newest = write(village, entries, photos)
    print(f"{entries:,} entries and {photos:,} photos of {PHOTO / 1e6} MB written while away")
    peaks: dict[str, float] = {}
    found: dict[str, float] = {}
    begun = time.perf_counter()
    above = started(township, port, peaks)
    below = started(village, 0, peaks)
    held = Blobs(township / "blobs")
    with watched(township, village, newest, found, begun):
        try:
            for cut in range(1, cuts + 1):
                share = photos * cut // (cuts + 1)
                until(lambda share=share: sum(1 for _ in held.all()) >= share, PATIENCE)  # type: ignore[misc]
                below.kill()
                if cut == (cuts + 1) // 2:
                    above.kill()
                    above = started(township, port, peaks)
                below = started(village, 0, peaks)
            until(lambda: len(found) == 4, PATIENCE)
        finally:
            ended = [each.stop() for each in (below, above)]
    assert ended == [0, 0], ended
    rows = [("", "after"), *((words, f"{seconds:,.1f} s") for words, seconds in found.items())]
    print(material.table("the township had", rows))
    megabytes = photos * PHOTO / 1e6
    print(f"  {megabytes / found['every photo']:,.1f} MB/s over all, with {cuts} cuts")
    rows = [("", "VmHWM"), *((name, f"{peak:,.0f} MB") for name, peak in peaks.items())]
    print(material.table("memory at most", rows))
    for dir in (village, township):
        done = subprocess.run(
            [*servers.KIOSK, "verify", str(dir)], capture_output=True, text=True, check=False
        )
        print(f"  {(done.stdout + done.stderr).strip()}")
        assert done.returncode == 0


def write(dir: Path, entries: int, photos: int) -> list[tuple[int, str]]:
    """Fills the village's journal; position and photo of its newest notices."""
    chance = random.Random(1)
    node = open_node(dir)
    node.journal.db.execute("PRAGMA synchronous = OFF")
    left = material.drafts(entries, chance)
    newest: list[tuple[int, str]] = []
    days = -(-entries // A_DAY)
    with_photo = photos / entries
    owed = 0.0
    for day in range(days):
        batch = []
        for draft in islice(left, A_DAY):
            owed += with_photo
            if owed >= 1:
                owed -= 1
                sha = put(node.blobs, chance.randbytes(PHOTO))
                body = {**draft.body, "attachments": [{"sha": sha, "name": "照片.jpg"}]}
                draft = Draft(draft.channel, draft.kind, draft.subject, body, draft.actor)
            batch.append(draft)
        at = datetime.now(UTC) - AWAY + AWAY * (day + 1) / (days + 1)
        with clock.set_to(at):
            written = node.journal.append_all(batch)
        newest += [
            (entry.seq, entry.body["attachments"][0]["sha"])
            for entry in written
            if entry.kind == "notice.published" and entry.body and entry.body["attachments"]
        ]
        newest = newest[-NEWEST:]
    node.journal.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    node.close()
    return newest


def put(blobs: Blobs, data: bytes) -> str:
    """As `Blobs.put`, without waiting for the disk."""
    import hashlib

    sha = hashlib.sha256(data).hexdigest()
    path = blobs.path(sha)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return sha


def started(dir: Path, port: int, peaks: dict[str, float]) -> Server:
    server = servers.start(dir, port)
    servers.until_healthy(server)
    thread = threading.Thread(target=follow, args=(server, peaks), daemon=True)
    thread.start()
    return server


def follow(server: Server, peaks: dict[str, float]) -> None:
    """Notes the process's peak until it ends."""
    while server.process.poll() is None:
        try:
            for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    name = server.dir.name
                    peaks[name] = max(peaks.get(name, 0.0), int(line.split()[1]) / 1024)
        except OSError:
            return
        time.sleep(0.2)


@contextmanager
def watched(
    township: Path,
    village: Path,
    newest: list[tuple[int, str]],
    found: dict[str, float],
    begun: float,
) -> Iterator[None]:
    """Notes in `found` when the township had what."""
    ended = threading.Event()
    thread = threading.Thread(
        target=watch, args=(township, village, newest, found, begun, ended), daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def watch(
    township: Path,
    village: Path,
    newest: list[tuple[int, str]],
    found: dict[str, float],
    begun: float,
    ended: threading.Event,
) -> None:
    above, below = open_node(township), open_node(village, describe=False)
    stream = below.journal.own("public")
    size = below.journal.size(stream)
    photos = set(below.blobs.all())
    wanted = {
        "the newest notices": lambda: above.journal.size(stream) > newest[-1][0],
        "every entry, witnessed": lambda: (above.journal.cosigned_size(stream) or 0) >= size,
        "the newest notices' photos": lambda: all(above.blobs.has(sha) for _, sha in newest),
        "every photo": lambda: photos <= set(above.blobs.all()),
    }
    while not ended.wait(0.5) and len(found) < len(wanted):
        for words, there in wanted.items():
            if words not in found and there():
                found[words] = time.perf_counter() - begun
    above.close()
    below.close()


if __name__ == "__main__":
    main()
