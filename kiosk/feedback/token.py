"""The token with which an asker without a login follows a feedback: 128 random bits, url-safe.

Only its SHA-256 is stored, so nobody who reads the journal can pose as the asker.
"""

import hashlib
import re
import secrets

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def new_token() -> str:
    """22 url-safe characters."""
    return secrets.token_urlsafe(16)


def is_token(text: str) -> bool:
    return _TOKEN.fullmatch(text) is not None


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
