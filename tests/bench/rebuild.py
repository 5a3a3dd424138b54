"""How fast a node's tables are derived again from its journal, on one core.

python -m tests.bench.rebuild [--full] [--entries N] [--dir DIR]
"""

import argparse
import os
import random
import tempfile
import time
from pathlib import Path

from kiosk.node import make_node, open_node
from tests.bench import material

AIM = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--full", action="store_true", help="100,000 entries (10,000 by default)")
    parser.add_argument("--entries", type=int)
    parser.add_argument("--dir", type=Path, help="where to work (a temporary folder)")
    given = parser.parse_args()
    entries = given.entries or (100_000 if given.full else 10_000)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory(dir=given.dir) as folder:
        dir = Path(folder, "node")
        code = material.village_code(0)
        make_node(dir, role="village", code=code, name="东湖村", began=material.BEGAN)
        node = open_node(dir)
        with material.timed() as filled:
            material.fill(node.journal, material.drafts(entries, random.Random(1)))
        before = node.journal.projector.fingerprints(node.journal.db)
        used = time.process_time()
        with material.memory_of(os.getpid()) as memory, material.timed() as taken:
            count = node.journal.rebuild()
        used = time.process_time() - used
        assert node.journal.projector.fingerprints(node.journal.db) == before
        node.close()
    rows = [("", "entries/s", "by CPU", "aim")]
    rows.append(("appended, signed and projected", f"{entries / filled[0]:,.0f}", "", ""))
    rows.append(("rebuilt", f"{count / taken[0]:,.0f}", f"{count / used:,.0f}", f"{AIM:,}"))
    print(material.table(f"{count:,} entries on one core", rows))
    print(f"  resident memory {memory.first:.0f} MB before, {memory.peak:.0f} MB at most")


if __name__ == "__main__":
    main()
