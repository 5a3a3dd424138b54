"""What a township does not do for just anybody."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient

from kiosk import clock, create_app
from kiosk.journal.log import Draft, Journal
from kiosk.node import Node
from kiosk.sync import client, signing, wire
from kiosk.sync.transport import InProcess
from tests.sync.servers import TOWNSHIP, VILLAGE

NOW = datetime(2026, 11, 24, 4, 5, 6, tzinfo=UTC)


@pytest.fixture
def door(township: Node) -> FlaskClient:
    return create_app(township).test_client()


def send(
    door: FlaskClient,
    node: Node,
    method: str,
    path: str,
    message: Any = None,
    *,
    key: Ed25519PrivateKey | None = None,
    code: str = VILLAGE,
    at: datetime | None = None,
) -> tuple[int, Any]:
    data = b"" if message is None else json.dumps(message).encode()
    headers = signing.sign(
        method,
        f"/sync/v1{path}",
        code,
        key or node.key,
        sha=hashlib.sha256(data).digest(),
        at=at or clock.now(),
    )
    answer = door.open(f"/sync/v1{path}", method=method, headers=headers, data=data)
    return answer.status_code, answer.get_json(silent=True)


def test_a_signed_request_is_answered(door: FlaskClient, enrolled: Node) -> None:
    assert send(door, enrolled, "POST", "/heads", {})[0] == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/heads"),
        ("POST", f"/streams/{VILLAGE}/public"),
        ("GET", f"/streams/{TOWNSHIP}/public"),
        ("GET", "/blobs/" + "ab" * 32),
        ("PUT", "/blobs/" + "ab" * 32),
        ("POST", "/status"),
        ("POST", "/enrol"),
    ],
)
def test_what_is_not_signed_is_refused(
    door: FlaskClient, enrolled: Node, method: str, path: str
) -> None:
    answer = door.open(f"/sync/v1{path}", method=method, data=b"{}")
    assert answer.status_code == 401
    assert answer.get_json()["error"]


def test_another_key_or_an_unknown_code_is_refused(door: FlaskClient, enrolled: Node) -> None:
    other = Ed25519PrivateKey.generate()
    assert send(door, enrolled, "POST", "/heads", {}, key=other)[0] == 401
    assert send(door, enrolled, "POST", "/heads", {}, code="371721105209")[0] == 401
    assert send(door, enrolled, "POST", "/heads", {}, code=TOWNSHIP)[0] == 401


def test_a_request_counts_once(door: FlaskClient, enrolled: Node) -> None:
    headers = signing.sign(
        "POST",
        "/sync/v1/heads",
        VILLAGE,
        enrolled.key,
        sha=hashlib.sha256(b"{}").digest(),
        at=clock.now(),
    )
    codes = [door.post("/sync/v1/heads", headers=headers, data=b"{}").status_code for _ in range(2)]
    assert codes == [200, 401]


def test_a_changed_body_path_or_query_is_refused(door: FlaskClient, enrolled: Node) -> None:
    def headers(method: str, path: str) -> dict[str, str]:
        return signing.sign(
            method,
            f"/sync/v1{path}",
            VILLAGE,
            enrolled.key,
            sha=hashlib.sha256(b"").digest(),
            at=clock.now(),
        )

    path = f"/streams/{TOWNSHIP}/public?from=0"
    signed = headers("GET", path)
    assert door.get(f"/sync/v1{path}1", headers=signed).status_code == 401
    assert door.get(f"/sync/v1{path}", headers=signed, data=b"x").status_code == 401
    assert door.get(f"/sync/v1{path}", headers=headers("POST", path)).status_code == 401
    assert door.get(f"/sync/v1{path}", headers=headers("GET", path)).status_code == 200


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_or_future_request_is_refused_with_the_right_time(
    door: FlaskClient, enrolled: Node, minutes: int
) -> None:
    with clock.set_to(NOW):
        at = NOW + timedelta(minutes=minutes)
        status, said = send(door, enrolled, "POST", "/heads", {}, at=at)
        assert (status, said["clock"]) == (401, True)
        answer = door.post("/sync/v1/heads", data=b"{}")
    assert answer.headers["Date"] == "Tue, 24 Nov 2026 04:05:06 GMT"


@pytest.mark.parametrize(
    "stream",
    [
        f"{VILLAGE}/self",
        f"{TOWNSHIP}/self",
        f"{TOWNSHIP}/371721105202",
        "371721105202/public",
        "371721105202/parent",
    ],
)
def test_streams_of_others_are_neither_given_nor_taken(
    door: FlaskClient, enrolled: Node, township: Node, stream: str
) -> None:
    township.journal.append("371721105202", "test.written", "x", {})
    batch = {"from": 0, "old": None, "entries": [], "note": None}
    for method, path, message in (
        ("GET", f"/streams/{stream}", None),
        ("POST", f"/streams/{stream}", batch),
        ("GET", f"/notes/{stream}", None),
        ("POST", f"/notes/{stream}", {"notes": []}),
        ("POST", f"/roots/{stream}", {"sizes": [1]}),
    ):
        assert send(door, enrolled, method, path, message)[0] == 403


def test_a_townships_own_stream_takes_nothing_that_it_did_not_sign(
    door: FlaskClient, enrolled: Node, township: Node
) -> None:
    own = f"{TOWNSHIP}/{VILLAGE}"
    forged = Journal(enrolled.config.dir / "forged.db", TOWNSHIP, enrolled.key)
    forged.append(VILLAGE, "supervision.ordered", "x", {})
    batch = wire.batch(forged, own, 0)
    assert send(door, enrolled, "POST", f"/streams/{own}", batch)[0] == 422
    assert township.journal.size(own) == 0
    forged.close()


def test_attachments_are_given_to_those_whose_streams_name_them(
    door: FlaskClient, enrolled: Node, township: Node
) -> None:
    mine, other, public = (township.blobs.put(each) for each in (b"a", b"b", b"c"))
    township.journal.append(VILLAGE, "test.written", "x", {"photo": mine})
    township.journal.append("371721105202", "test.written", "x", {"photo": other})
    township.journal.append("public", "test.written", "x", {"sha": public})
    for sha, status in ((mine, 200), (other, 403), (public, 200), ("ab" * 32, 403)):
        assert send(door, enrolled, "GET", f"/blobs/{sha}")[0] == status


def test_an_attachment_is_taken_where_an_entry_names_it_and_its_bytes_are_right(
    door: FlaskClient, enrolled: Node, township: Node
) -> None:
    def put(data: bytes, start: int = 0, total: int | None = None, signed: bytes = b"") -> int:
        path = f"/sync/v1/blobs/{sha}?from={start}&of={len(data) if total is None else total}"
        digest = hashlib.sha256(signed or data).digest()
        headers = signing.sign("PUT", path, VILLAGE, enrolled.key, sha=digest, at=clock.now())
        return door.put(path, headers=headers, data=data).status_code

    sha = hashlib.sha256(b"photo").hexdigest()
    assert put(b"photo") == 403
    enrolled.journal.append("public", "test.written", "x", {"photo": sha})
    assert not client.round(enrolled, InProcess(create_app(township))).troubles
    assert put(b"other") == 422
    assert put(b"photo", signed=b"x") == 401
    assert put(b"to", 3, 5) == 409
    assert put(b"photo", 0, 1 << 40) == 413
    assert put(b"photo", 0, 3) == 409
    assert not township.blobs.has(sha)
    assert put(b"pho", 0, 5) == 200
    assert put(b"pho", 0, 5) == 200
    assert not township.blobs.has(sha)
    assert put(b"to", 3, 5) == 200
    assert township.blobs.get(sha) == b"photo"
    assert put(b"to", 3, 5) == 200


def test_entries_that_do_not_fit_change_nothing(
    door: FlaskClient, enrolled: Node, township: Node
) -> None:
    stream = f"{VILLAGE}/public"
    journal = enrolled.journal
    journal.append_all(Draft("public", "test.written", "x", {"n": n}) for n in range(6))
    whole = wire.batch(journal, stream, 0)
    entries = whole["entries"]
    changed = [{**entries[0], "actor": "somebody else"}, *entries[1:]]
    other_body = [{**entries[0], "body": {"n": 9}}, *entries[1:]]
    for status, batch in (
        (422, {**whole, "entries": entries[:-1]}),
        (422, {**whole, "entries": entries[1:]}),
        (422, {**whole, "entries": changed}),
        (422, {**whole, "entries": other_body}),
        (422, {**whole, "note": journal.checkpoint(stream, 3)}),
        (400, {**whole, "note": None}),
        (400, {**whole, "note": "no note"}),
        (400, {**whole, "entries": [{}]}),
        (400, {**whole, "from": "0"}),
        (400, {**whole, "old": 7}),
        (400, []),
        (400, {}),
    ):
        assert send(door, enrolled, "POST", f"/streams/{stream}", batch)[0] == status, batch
        assert township.journal.size(stream) == 0
    assert send(door, enrolled, "POST", f"/streams/{stream}", whole)[0] == 200
    assert send(door, enrolled, "POST", f"/streams/{stream}", whole)[0] == 200
    assert township.journal.read(stream) == journal.read(stream)


def test_a_village_answers_no_sync(enrolled: Node) -> None:
    door = create_app(enrolled).test_client()
    assert send(door, enrolled, "POST", "/heads", {})[0] == 404
