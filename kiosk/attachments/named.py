"""Which attachments an entry's body names, and what is wrong with those kept.

By agreement among the rooms a body names an attachment by its SHA-256 in hex under the key `sha`
(in a list of attachments) or `photo`; nothing else in a body counts as a name.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from kiosk.attachments.blobs import Blobs

KEYS = ("sha", "photo")

_SHA = re.compile(r"[0-9a-f]{64}")


def may_name(text: str) -> bool:
    """Whether a body of this JSON may name an attachment at all: nearly none does, and looking is
    much quicker than reading."""
    return _SHA.search(text) is not None


def named_in(body: Any) -> set[str]:
    """The SHA-256 of every attachment that the body names, at any depth."""
    found: set[str] = set()
    if isinstance(body, dict):
        for key, value in body.items():
            if key in KEYS and isinstance(value, str):
                if _SHA.fullmatch(value):
                    found.add(value)
            else:
                found |= named_in(value)
    elif isinstance(body, list):
        for value in body:
            found |= named_in(value)
    return found


def faults(blobs: Blobs, needed: Iterable[str]) -> Iterator[str]:
    """A line, in Chinese, for each kept attachment whose bytes are not those of its name, and for
    each of `needed` that is not kept."""
    for sha in blobs.all():
        if not blobs.intact(sha):
            yield f"附件 {sha}：文件内容已损坏"
    for sha in needed:
        if not blobs.has(sha):
            yield f"附件 {sha}：文件不见了"
