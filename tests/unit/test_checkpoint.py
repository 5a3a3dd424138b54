"""Published vectors: golang.org/x/mod/sumdb/note (note_test.go), c2sp.org/tlog-checkpoint,
c2sp.org/tlog-cosignature, github.com/transparency-dev/formats (note_cosigv1_test.go)."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.journal import checkpoint
from kiosk.journal.checkpoint import (
    COSIGNATURE,
    NoteMalformed,
    SignatureWrong,
    add_signatures,
    checkpoint_text,
    cosign,
    cosigned_at,
    open_note,
    parse_text,
    parse_vkey,
    sign,
    split_note,
    verify_note,
    vkey,
)

PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SECRET = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng"
    "otpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWL"
    "ox33WWd1RvMc+QQ=\n"
)
SOFA_TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
SOFA = (
    SOFA_TEXT + "\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcy"
    "v2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b"
    "2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)

ORIGIN = "sanwu.invalid/371721105201/public"
WITNESS = "sanwu.invalid/371721105"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
KEYS = (
    vkey(ORIGIN, KEY.public_key()),
    vkey(WITNESS, WITNESS_KEY.public_key(), COSIGNATURE),
)
AT = datetime(2026, 11, 24, 4, 5, 6, tzinfo=UTC)
NOTE = sign(checkpoint_text(ORIGIN, 7, bytes(32)), ORIGIN, KEY)


@pytest.mark.parametrize("key", [PETER, ENOCH])
def test_published_verifier_keys_are_read_and_written(key: str) -> None:
    found = parse_vkey(key)
    assert str(found) == key
    assert vkey(found.name, found.public) == key


def test_a_published_cosigner_key_is_read() -> None:
    key = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
    assert parse_vkey(key).type == COSIGNATURE
    assert str(parse_vkey(key)) == key


def test_no_mangled_verifier_key_is_read() -> None:
    raw = PETER.encode()
    mangled = {raw[i:j] for i in range(len(raw)) for j in range(i + 1, len(raw) + 1)} - {raw}
    mangled |= {raw[:i] + bytes([raw[i] + 1]) + raw[i + 1 :] for i in range(len(raw))}
    mangled |= {
        b"PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        b"PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    }
    for each in mangled:
        with pytest.raises(NoteMalformed):
            parse_vkey(each.decode())


def test_signing_gives_the_published_note() -> None:
    secret = Ed25519PrivateKey.from_private_bytes(base64.b64decode(PETER_SECRET)[1:])
    assert sign(TEXT, "PeterNeumann", secret) == TEXT + "\n" + PETER_LINE


def test_published_notes_verify() -> None:
    note = TEXT + "\n" + PETER_LINE + ENOCH_LINE
    for keys, names in (
        ([PETER], ["PeterNeumann"]),
        ([PETER, ENOCH], ["PeterNeumann", "EnochRoot"]),
    ):
        text, verified = verify_note(note, keys)
        assert text == TEXT
        assert [key.name for key, _ in verified] == names
    with pytest.raises(SignatureWrong):
        verify_note(TEXT + "\n" + ENOCH_LINE, [PETER])
    with pytest.raises(SignatureWrong):
        verify_note(TEXT + "\n" + PETER_LINE[:60] + "ABCD" + PETER_LINE[60:], [PETER])
    with pytest.raises(SignatureWrong):
        verify_note(TEXT + "!\n\n" + PETER_LINE, [PETER])


@pytest.mark.parametrize(
    "note",
    [
        TEXT,
        TEXT + "\n",
        TEXT + "\n" + PETER_LINE[:-1],
        "\x01" + TEXT + "\n" + PETER_LINE,
        "\udcff" + TEXT + "\n" + PETER_LINE,
        TEXT + "\n" + PETER_LINE.replace("PeterNeumann", "Bad Name"),
        TEXT + "\n" + PETER_LINE.replace("PeterNeumann", "Bad+Name"),
        TEXT + "\n" + PETER_LINE.replace("PeterNeumann", ""),
        TEXT + "\n" + PETER_LINE + "Unexpected line.\n",
        TEXT + "\n" + PETER_LINE * 101,
        TEXT + "\n" + PETER_LINE.replace("nAM=", "nAN="),
        TEXT + "\n— PeterNeumann AAAA\n",
        "x" * 1_000_001,
    ],
    ids=range(13),
)
def test_malformed_notes_are_refused(note: str) -> None:
    with pytest.raises(NoteMalformed):
        verify_note(note, [PETER])


def test_the_published_checkpoint_is_read() -> None:
    text, signatures = split_note(SOFA)
    found = parse_text(text)
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint_text(found.origin, found.size, found.root) == SOFA_TEXT
    assert text + "\n" + "".join(each.line for each in signatures) == SOFA
    assert signatures[1].key_id.hex() == "8d66cf3f"
    assert cosigned_at(signatures[1]) == datetime.fromtimestamp(1679315147, UTC)


def test_a_published_cosignature_states_its_time() -> None:
    line = (
        "— w ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOwor"
        "DcFiEBYJXORmnFBOBA==\n"
    )
    (signature,) = split_note("x\n\n" + line)[1]
    assert cosigned_at(signature) == datetime.fromtimestamp(1727964367, UTC)
    plain = (
        "— w eQjRQm6eSKzFoiYalgwCPXu2y3ijtg68is9M46JKxuZB+dRfTmeQeDBoXnvxZx2ugnkyV+MUMLXpWs1hPb/W"
        "/4xkNQY=\n"
    )
    (signature,) = split_note("x\n\n" + plain)[1]
    with pytest.raises(NoteMalformed):
        cosigned_at(signature)


def test_the_cosigned_message_is_the_published_one() -> None:
    assert checkpoint._cosigned_message(1679315147, SOFA_TEXT).decode() == (
        "cosignature/v1\ntime 1679315147\n" + SOFA_TEXT
    )


def test_a_cosigned_checkpoint_opens() -> None:
    line = cosign(NOTE, WITNESS, WITNESS_KEY, AT + timedelta(microseconds=5))
    note = add_signatures(NOTE, [line, line])
    assert note == NOTE + line
    found = open_note(note, KEYS)
    assert (found.origin, found.size, found.root) == (ORIGIN, 7, bytes(32))
    assert found.signatures == (ORIGIN,)
    assert found.cosignatures == ((WITNESS, AT),)
    assert open_note(note, KEYS[:1]).cosignatures == ()


def test_a_cosignature_of_another_text_or_time_is_refused() -> None:
    other = sign(checkpoint_text(ORIGIN, 8, bytes(32)), ORIGIN, KEY)
    line = cosign(other, WITNESS, WITNESS_KEY, AT)
    with pytest.raises(SignatureWrong):
        open_note(add_signatures(NOTE, [line]), KEYS)
    (signature,) = split_note("x\n\n" + cosign(NOTE, WITNESS, WITNESS_KEY, AT))[1]
    later = checkpoint.Signature(
        signature.name, signature.key_id, signature.data[:7] + b"\xff" + signature.data[8:]
    )
    with pytest.raises(SignatureWrong):
        open_note(add_signatures(NOTE, [later.line]), KEYS)
    endless = checkpoint.Signature(signature.name, signature.key_id, b"\xff" * 72)
    with pytest.raises(NoteMalformed):
        open_note(add_signatures(NOTE, [endless.line]), KEYS)


def test_a_cosignature_alone_does_not_replace_the_origins_signature() -> None:
    line = cosign(NOTE, WITNESS, WITNESS_KEY, AT)
    with pytest.raises(SignatureWrong):
        open_note(split_note(NOTE)[0] + "\n" + line, KEYS)


def test_a_signature_under_another_name_than_the_origin_is_refused() -> None:
    note = sign(checkpoint_text(ORIGIN, 7, bytes(32)), "elsewhere.example", KEY)
    with pytest.raises(SignatureWrong):
        open_note(note, [vkey("elsewhere.example", KEY.public_key())])


def test_the_same_key_signs_under_another_id_for_each_type() -> None:
    one, four = (parse_vkey(vkey("w", KEY.public_key(), t)) for t in (1, 4))
    assert one.public == four.public
    assert one.id != four.id


@pytest.mark.parametrize(
    "text",
    [
        "o\n07\n" + "A" * 43 + "=\n",
        "o\n-7\n" + "A" * 43 + "=\n",
        "o\n+7\n" + "A" * 43 + "=\n",
        "o\n７\n" + "A" * 43 + "=\n",
        "o\n9223372036854775808\n" + "A" * 43 + "=\n",
        "o\n7\n" + "A" * 43 + "\n",
        "o\n7\n" + "A" * 40 + "\n",
        "o\n7\n" + "A" * 42 + "B=\n",
        "o\n7\n" + "A" * 43 + "=",
        "o\n7\n" + "A" * 43 + "=\n\n",
        "\n7\n" + "A" * 43 + "=\n",
        "o\n7\n",
        "o\r\n7\n" + "A" * 43 + "=\n",
    ],
    ids=range(13),
)
def test_malformed_checkpoints_are_refused(text: str) -> None:
    with pytest.raises(NoteMalformed):
        parse_text(text)


def test_extension_lines_are_part_of_what_is_signed() -> None:
    text = checkpoint_text(ORIGIN, 7, bytes(32)) + "extension\n"
    assert open_note(sign(text, ORIGIN, KEY), KEYS).text == text
