"""Writes docs/kinds.md: every kind of entry, with its stream and body, as the rooms tell them.

.venv/bin/python scripts/kinds.py
"""

import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from kiosk.node import ROOMS  # noqa: E402

HEAD = """# Kinds of entries

Which kinds there are, on which stream each stands and what its body says, room by room; written by
`scripts/kinds.py` from what the rooms themselves say. How entries are hashed, signed and exchanged
is in [protocol.md](protocol.md). A kind or a body that a node does not know is copied and proven
like any other.

## Of the journal itself

- `entry.erased` on the stream of what it erases, subject = that entry's: {seq, reason}
- `fork.resolved` on the stream that was forked, subject = the origin's code: see *Forks* in
  [protocol.md](protocol.md)

- `bundle.exported` {to, entries, blobs, left} and `bundle.imported` {from, entries, cosignatures,
  blobs} on X/self, subject = the other node's code: a stick was carried from a desk

Any body may have `again` {seq, at}: where an entry stood, and what time it had claimed, before a
fork was mended.
"""


def kinds() -> str:
    parts = [HEAD]
    for room in ROOMS:
        if room.kinds:
            module = importlib.import_module(room.apply.__module__)
            text = (module.__doc__ or "").strip()
            rest = sorted(kind for kind in room.kinds if f"`{kind}`" not in text)
            if rest:
                named = ", ".join(f"`{kind}`" for kind in rest)
                text += f"\n\nThe room also listens to {named}."
            parts.append(f"## {room.name}\n\n{text}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    (ROOT / "docs" / "kinds.md").write_text(kinds(), "utf-8")
