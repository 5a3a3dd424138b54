"""What benchmarks work on: nodes full of plausible entries, and what they measure with."""

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from kiosk import create_app, villages
from kiosk.journal.log import Draft, Journal
from kiosk.node import make_node, open_node
from kiosk.sync import enrolment
from kiosk.sync.transport import InProcess

TOWNSHIP = "371721105000"
BEGAN = date(2026, 1, 1)
BATCH = 1000

WORDS = "三务公开村民小组用水通知低保名单土地承包合同招标结果收支明细会议纪要道路维修党员大会"


def village_code(number: int) -> str:
    return f"371721105{201 + number}"


def notice(chance: random.Random, text_size: int = 230) -> dict[str, object]:
    """A notice in plain words whose entry has about 1 KB."""
    return {
        "item": "village.seals",
        "affairs": "village",
        "title": "关于" + "".join(chance.choices(WORDS, k=12)),
        "form": "notice",
        "period": "",
        "event": "",
        "content": {"text": "".join(chance.choices(WORDS, k=text_size))},
        "attachments": [],
        "reviews": [{"by": "王秀兰", "name": "村民委员会主任", "on": "2026-03-02"}],
        "display_until": "2026-12-31",
        "contact": "0530-3350001",
    }


def drafts(count: int, chance: random.Random) -> Iterator[Draft]:
    """What a busy board writes: mostly notices, some corrected, feedback, declarations."""
    subjects: list[str] = []
    for number in range(count):
        subject = f"01J{number:023d}"
        draw = chance.random()
        if draw < 0.7 or not subjects:
            subjects.append(subject)
            yield Draft("public", "notice.published", subject, notice(chance), "王秀兰")
        elif draw < 0.78:
            body = {**notice(chance), "reason": "核对后更正"}
            yield Draft("public", "notice.corrected", chance.choice(subjects), body, "王秀兰")
        elif draw < 0.95:
            body = {
                "village": village_code(0),
                "notice": "",
                "kind": "询问",
                "text": "".join(chance.choices(WORDS, k=80)),
                "phone": "",
                "photo": "",
                "token_hash": f"{number:064x}",
                "via": "screen",
            }
            yield Draft("parent", "feedback.received", subject, body, "screen")
        else:
            body = {"item": "village.seals", "period": "2026Q1", "event": "", "reason": "没有发生"}
            yield Draft("public", "duty.declared_none", subject, body, "王秀兰")


def fill(journal: Journal, wanted: Iterator[Draft]) -> None:
    batch: list[Draft] = []
    for draft in wanted:
        batch.append(draft)
        if len(batch) == BATCH:
            journal.append_all(batch)
            batch.clear()
    if batch:
        journal.append_all(batch)


def make_town(folder: Path, url: str, count: int) -> tuple[Path, list[Path]]:
    """A township to be served at `url` and `count` villages enrolled in it, all closed."""
    township = folder / "township"
    make_node(township, role="township", code=TOWNSHIP, name="李楼镇", began=BEGAN)
    above = open_node(township)
    wire = InProcess(create_app(above))
    dirs = []
    for number in range(count):
        dir, code = folder / f"village{number}", village_code(number)
        make_node(dir, role="village", code=code, name=f"第{number}村", began=BEGAN)
        node = open_node(dir)
        invitation = villages.invite(above.journal, code, actor="bench")
        enrolment.enrol(node, url, invitation, wire)
        node.close()
        dirs.append(dir)
    above.close()
    return township, dirs


class Memory:
    """The resident memory of a process over time, in megabytes."""

    def __init__(self) -> None:
        self.samples: list[float] = []

    @property
    def first(self) -> float:
        return self.samples[0]

    @property
    def peak(self) -> float:
        return max(self.samples)


@contextmanager
def memory_of(pid: int) -> Iterator[Memory]:
    found = Memory()
    ended = threading.Event()

    def sample() -> None:
        while not ended.is_set():
            found.samples.append(resident(pid))
            ended.wait(0.05)

    found.samples.append(resident(pid))
    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()


def resident(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def processor(pid: int) -> float:
    """Seconds of processor time that a process and its ended children took."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def timed() -> Iterator[list[float]]:
    """Appends the seconds that the block took."""
    taken: list[float] = []
    began = time.perf_counter()
    yield taken
    taken.append(time.perf_counter() - began)


def table(title: str, rows: list[tuple[str, ...]]) -> str:
    """Rows as text in columns, the first one the heading."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = [title]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  " + "  ".join(cells))
    return "\n".join(lines)
