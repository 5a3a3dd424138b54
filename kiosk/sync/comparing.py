"""How far two copies of one stream are the same: a search by tree roots, a few requests long."""

from kiosk.journal.log import Journal
from kiosk.sync.calls import Calls
from kiosk.sync.wire import MessageMalformed

SIZES_A_REQUEST = 32


def common_size(calls: Calls, journal: Journal, stream: str) -> int:
    """The length of the longest common beginning of the stream here and at the other node.

    What the other node says is not proven: whoever acts on it checks signed heads.
    """
    low, high = 0, journal.size(stream)
    while low < high:
        step = max(1, -(-(high - low) // SIZES_A_REQUEST))
        sizes = [*range(low + step, high, step), high]
        theirs = _roots(calls, stream, sizes)
        same = [
            size
            for size, root in zip(sizes, theirs, strict=True)
            if root == journal.root(stream, size).hex()
        ]
        reached = same[-1] if same else low
        differing = [size for size in sizes if size > reached]
        low, high = reached, differing[0] - 1 if differing else reached
    return low


def _roots(calls: Calls, stream: str, sizes: list[int]) -> list[str | None]:
    answer = calls.post(f"/roots/{stream}", {"sizes": sizes})
    roots = answer.get("roots") if isinstance(answer, dict) else None
    if not isinstance(roots, list) or len(roots) != len(sizes):
        raise MessageMalformed("no roots")
    return [root if isinstance(root, str) else None for root in roots]
