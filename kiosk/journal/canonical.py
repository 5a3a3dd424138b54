"""Canonical JSON (RFC 8785), the bytes that are hashed and signed.

Entries are many and nearly always texts, whole numbers, lists and objects. For these Python's own
encoder writes the same bytes and is several times faster; what it would write differently (a
fraction, a number beyond 2^53, a key outside the Basic Multilingual Plane) goes to rfc8785.
"""

import json
from typing import Any

import rfc8785

_LARGEST = 2**53 - 1
_encode = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")
).encode


def dumps(value: Any) -> bytes:
    """Raises rfc8785's CanonicalizationError where the value has no canonical form."""
    if _is_plain(value):
        try:
            return _encode(value).encode()
        except UnicodeEncodeError:
            pass  # a lone surrogate, which rfc8785 has words for
    return rfc8785.dumps(value)


def _is_plain(value: Any) -> bool:
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return bool(-_LARGEST <= value <= _LARGEST)
    if kind is list:
        return all(map(_is_plain, value))
    if kind is dict:
        # Code units and code points sort alike below the surrogates.
        return all(
            type(key) is str and (key.isascii() or max(key) < "\ud800") and _is_plain(each)
            for key, each in value.items()
        )
    return False
