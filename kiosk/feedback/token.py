"""What an asker without a login follows a feedback with: a token in a link, and a number to type.

The token is 128 random bits, url-safe. The pick-up number (取件号) has eight digits, made from the
token, for whoever comes back to the screen without a phone. Of both only a hash is stored, so
nobody who reads the journal can pose as the asker; that of the number is scrypt, as eight digits
are few.
"""

import hashlib
import re
import secrets
from functools import lru_cache

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
PICKUP_DIGITS = 8


def new_token() -> str:
    """22 url-safe characters."""
    return secrets.token_urlsafe(16)


def is_token(text: str) -> bool:
    return _TOKEN.fullmatch(text) is not None


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def pickup_of(token: str) -> str:
    """The pick-up number that goes with the token: eight digits."""
    digest = hashlib.sha256(b"sanwu pick-up\0" + token.encode()).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**PICKUP_DIGITS:0{PICKUP_DIGITS}d}"


def shown_pickup(number: str) -> str:
    """1234 5678"""
    return f"{number[:4]} {number[4:]}"


def pickup_typed(text: str) -> str | None:
    """The number as it was typed, in whatever digits and with whatever between; None for others."""
    digits = "".join(str(int(glyph)) for glyph in text if glyph.isdecimal())
    return digits if len(digits) == PICKUP_DIGITS else None


@lru_cache(maxsize=64)
def pickup_hash(number: str) -> str:
    """What is stored of a pick-up number; some 50 ms."""
    made = hashlib.scrypt(
        number.encode(), salt=b"sanwu pick-up", n=2**14, r=8, p=1, maxmem=2**26, dklen=16
    )
    return made.hex()
