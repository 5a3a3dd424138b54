"""A little work for phones while somebody floods the box: a number such that SHA-256 of
`challenge:number` begins with BITS zero bits. A phone finds it in a second or two, a flood pays it
each time. Who cannot (no script, an old phone) is not turned away: what they send is held for a
look instead.
"""

import hashlib
import re

BITS = 16

_NUMBER = re.compile(r"[0-9]{1,12}")


def is_done(challenge: str, number: str, bits: int = BITS) -> bool:
    """Whether the number answers the challenge."""
    if not challenge or _NUMBER.fullmatch(number) is None:
        return False
    digest = hashlib.sha256(f"{challenge}:{number}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - bits) == 0
