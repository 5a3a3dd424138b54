"""A voice of the node's own, for screens whose browser has no Chinese one: espeak-ng.

espeak-ng is a program beside the board, called as a child with one bounded sentence on its
standard input and killed when it takes too long. It is given pinyin with tones, because its own
dictionary knows few characters and none that a word reads otherwise (银行, 行走). What it says is
kept as a file by the text's hash and served again; the folder is bounded, and may be deleted.
"""

import hashlib
import os
import re
import shutil
import subprocess
import threading
from pathlib import Path

PROGRAM = "espeak-ng"
VOICE = "cmn-latn-pinyin"
PACE = 145
"""Words (syllables) in a minute: slower than news, as one reads to the old."""

LONGEST = 300
"""Characters of one text: a sentence and what its figures take in words."""

SECONDS = 10
AT_ONCE = 2
WAIT = 3.0
KEPT = 200 << 20
"""Bytes of sound that are kept; the least lately made go first."""

MOST = 8 << 20
"""Bytes of one sentence's sound; three minutes."""

_PAUSES = str.maketrans(
    {"，": ",", "、": ",", "：": ",", "；": ";", "。": ".", "！": "!", "？": "?"}
)

_running = threading.BoundedSemaphore(AT_ONCE)


class NoVoice(Exception):
    """espeak-ng is not on this machine, or cannot speak here."""


class VoiceBusy(Exception):
    """Others are being read to; try again in a moment."""


def available() -> bool:
    return shutil.which(PROGRAM) is not None


def sound(folder: Path, text: str) -> Path:
    """A WAV file in `folder` that says the text (figures already in words, `rules.aloud`).

    Raises NoVoice, VoiceBusy.
    """
    text = text[:LONGEST]
    name = hashlib.sha256(f"{VOICE} {PACE} {text}".encode()).hexdigest()
    path = folder / name[:2] / f"{name}.wav"
    if path.exists():
        return path
    program = shutil.which(PROGRAM)
    if program is None:
        raise NoVoice
    if not _running.acquire(timeout=WAIT):
        raise VoiceBusy
    try:
        data = _spoken(program, syllables(text))
    finally:
        _running.release()
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{threading.get_ident()}.part")
    unfinished.write_bytes(data)
    os.replace(unfinished, path)
    _bound(folder)
    return path


def syllables(text: str) -> str:
    """The text in pinyin with numbered tones, as words in their context are read: 银行 is
    "yin2 hang2". Marks become the pauses that espeak-ng knows, letters stand apart."""
    from pypinyin import Style, lazy_pinyin

    parts = lazy_pinyin(
        text.translate(_PAUSES),
        style=Style.TONE3,
        neutral_tone_with_five=True,
        tone_sandhi=True,
        errors=lambda other: " ".join(re.findall(r"[A-Za-z]|[,.;!?]+", other)),
    )
    return " ".join(filter(None, parts)).replace(" ,", ",").replace(" .", ".")


def _spoken(program: str, said: str) -> bytes:
    try:
        done = subprocess.run(
            [program, "-v", VOICE, "-s", str(PACE), "-g", "1", "--stdin", "--stdout"],
            input=said.encode(),
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NoVoice from error
    if not done.stdout.startswith(b"RIFF") or len(done.stdout) > MOST:
        raise NoVoice
    return _with_length(done.stdout)


def _with_length(wave: bytes) -> bytes:
    """espeak-ng does not know the length when it writes the head of a stream."""
    size = len(wave)
    return (
        wave[:4]
        + (size - 8).to_bytes(4, "little")
        + wave[8:40]
        + (size - 44).to_bytes(4, "little")
        + wave[44:]
    )


def _bound(folder: Path) -> None:
    files = [(each.stat(), each) for each in folder.glob("*/*.wav")]
    total = sum(stat.st_size for stat, _ in files)
    for stat, each in sorted(files, key=lambda it: it[0].st_mtime):
        if total <= KEPT:
            return
        each.unlink(missing_ok=True)
        total -= stat.st_size
