import hashlib

import pytest

from kiosk.attachments.blobs import BadBlobName, BlobMismatch, BlobMissing, Blobs


def test_a_blob_comes_back_by_its_hash(tmp_path):
    blobs = Blobs(tmp_path / "blobs")
    sha = blobs.put(b"photo")
    assert sha == hashlib.sha256(b"photo").hexdigest()
    assert blobs.get(sha) == b"photo"
    assert blobs.path(sha) == tmp_path / "blobs" / sha[:2] / sha[2:]


def test_putting_twice_keeps_one(tmp_path):
    blobs = Blobs(tmp_path)
    assert blobs.put(b"a") == blobs.put(b"a")
    assert list(blobs.all()) == [blobs.put(b"a")]


def test_a_stream_that_does_not_match_leaves_nothing(tmp_path):
    blobs = Blobs(tmp_path)
    with pytest.raises(BlobMismatch):
        blobs.put_stream([b"x", b"y"], expected=hashlib.sha256(b"other").hexdigest())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_stream_that_breaks_off_leaves_nothing(tmp_path):
    def broken():
        yield b"half"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        Blobs(tmp_path).put_stream(broken())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_stream_gives_the_same_name_as_its_bytes(tmp_path):
    assert Blobs(tmp_path).put_stream([b"ab", b"c"]) == hashlib.sha256(b"abc").hexdigest()


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_a_name_that_is_no_hash_is_refused(tmp_path, name):
    blobs = Blobs(tmp_path)
    for act in (blobs.get, blobs.path, blobs.has):
        with pytest.raises(BadBlobName):
            act(name)


def test_a_missing_blob_says_so(tmp_path):
    blobs = Blobs(tmp_path)
    with pytest.raises(BlobMissing):
        blobs.get("0" * 64)
    assert not blobs.has("0" * 64)
    assert list(blobs.all()) == []


def test_a_changed_blob_is_noticed(tmp_path):
    blobs = Blobs(tmp_path)
    sha = blobs.put(b"right")
    assert blobs.intact(sha)
    blobs.path(sha).write_bytes(b"wrong")
    assert not blobs.intact(sha)
