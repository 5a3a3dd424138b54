"""Signed requests between nodes: HTTP Message Signatures (RFC 9421), Ed25519.

A signature covers `@method`, `@path`, `@query` and `content-digest` (RFC 9530, SHA-256), and has
the parameters created, keyid (the sender's 12-digit code), nonce and tag (`sanwu-sync`). The path
counts from `/sync/` on, so that a node may be served below any prefix. A request is refused when
`created` is more than five minutes away from the receiver's clock or its nonce was seen before.
"""

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from kiosk import clock
from kiosk.journal.log import Journal

TAG = "sanwu-sync"
COVERED = ("@method", "@path", "@query", "content-digest")
WINDOW = timedelta(minutes=5)


class SignatureRefused(ValueError):
    """The request is not signed by a node known here, or not as it should be."""


class ClockApart(SignatureRefused):
    """The request is signed for another time than now: the sender's clock is wrong."""


@dataclass
class Message:
    """What of a request is signed; `path` with its query, from `/sync/` on."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://{TAG}{self.path}"


def digest(sha: bytes) -> str:
    """A Content-Digest field (RFC 9530) for a body of that SHA-256."""
    return f"sha-256=:{base64.b64encode(sha).decode()}:"


def sign(
    method: str, path: str, code: str, key: Ed25519PrivateKey, *, sha: bytes, at: datetime
) -> dict[str, str]:
    """The header fields that sign a request whose body has SHA-256 `sha`, as made at `at`."""
    import http_message_signatures as hms

    message = Message(method, path, {"Content-Digest": digest(sha)})
    hms.HTTPMessageSigner(
        signature_algorithm=hms.algorithms.ED25519,
        key_resolver=hms.MappingKeyResolver(public_keys={}, private_keys={code: key}),
    ).sign(
        message,
        key_id=code,
        created=at,
        nonce=secrets.token_urlsafe(16),
        label="sync",
        tag=TAG,
        covered_component_ids=COVERED,
        use_existing_digest=True,
    )
    return message.headers


def verify(
    message: Message, key_of: Callable[[str], bytes | None], journal: Journal
) -> tuple[str, str]:
    """The sender's code and the Content-Digest it signed, which the caller compares to the body.

    `key_of` gives the public key of a code that may speak here, or None. The nonce is kept in
    `journal`'s database, so that no request counts twice. Raises SignatureRefused, ClockApart.
    """
    import http_message_signatures as hms

    verifier = _verifier_class()(
        signature_algorithm=hms.algorithms.ED25519, key_resolver=_Keys(key_of)
    )
    try:
        (result,) = verifier.verify(
            message, max_age=WINDOW, expect_tag=TAG, require_components=COVERED
        )
    except (hms.HTTPMessageSignaturesException, ValueError) as error:
        if isinstance(error.__cause__ or error, ClockApart):
            raise ClockApart(str(error)) from error
        raise SignatureRefused(str(error)) from error
    sender, nonce = result.parameters["keyid"], result.nonce
    if not nonce:
        raise SignatureRefused("the signature has no nonce")
    _note_nonce(journal, sender, nonce, result.parameters["created"])
    return sender, {k.lower(): v for k, v in message.headers.items()}["content-digest"]


def _note_nonce(journal: Journal, sender: str, nonce: str, created: int) -> None:
    oldest = int((clock.now() - 2 * WINDOW).timestamp())
    with journal.writing() as db:
        db.execute("DELETE FROM sync_nonces WHERE peer = ? AND created < ?", [sender, oldest])
        added = db.execute(
            "INSERT OR IGNORE INTO sync_nonces (peer, nonce, created) VALUES (?, ?, ?)",
            [sender, nonce, created],
        )
        if added.rowcount == 0:
            raise SignatureRefused("the request was sent before")


class _Keys:
    def __init__(self, key_of: Callable[[str], bytes | None]) -> None:
        self._key_of = key_of

    def resolve_public_key(self, code: str) -> Ed25519PublicKey | None:
        public = self._key_of(code)
        return None if public is None else Ed25519PublicKey.from_public_bytes(public)


@cache
def _verifier_class() -> Any:
    import http_message_signatures as hms

    class Verifier(hms.HTTPMessageVerifier):
        """Judges times by `kiosk.clock`; asks for both `created` and no `expires`."""

        def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
            created = sig_input.params.get("created")
            if type(created) is not int or "expires" in sig_input.params:
                raise hms.InvalidSignature("created is required, expires not understood")
            try:
                made = datetime.fromtimestamp(created, UTC)
            except (OverflowError, ValueError, OSError) as error:
                raise ClockApart("created is out of range") from error
            if abs(made - clock.now()) > WINDOW:
                raise ClockApart(f"signed at {made}, more than {WINDOW} from now")

    return Verifier
