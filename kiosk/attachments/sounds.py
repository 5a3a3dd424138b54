"""Voice memos: judged by content, bounded, and kept as they were recorded.

A browser records Opus in WebM (Chromium), Ogg (Firefox) or MP4 (Safari); phones' own recorders give
MP4, AMR, AAC, MP3 or WAV. Nothing here decodes them: they are played by the browser of whoever may
listen, in its own sandbox; AMR, which none plays, is saved and opened with the phone's own player.
A video is refused, since it shows more than its sender meant.
"""

from dataclasses import dataclass

from kiosk.attachments import FileRefused

BYTES_LIMIT = 2 * 1024 * 1024
"""A minute at the screen's rate is a tenth of it; a phone's own recorder takes more."""

LEAST = 500
"""Fewer bytes hold the head of a file and no sound."""

_EBML = b"\x1a\x45\xdf\xa3"
_AUDIO_BRANDS = (b"M4A ", b"mp42", b"isom", b"iso5", b"iso6", b"mp41", b"3gp4", b"3gp5", b"3gp6")
_VIDEO_CODECS = (b"V_VP8", b"V_VP9", b"V_AV1", b"V_MPEG4")
_STARTS = (
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
)


@dataclass(frozen=True)
class Sound:
    """A voice memo; `type` is what `sound_type` says."""

    data: bytes
    type: str


def sound(data: bytes) -> Sound:
    """The memo in `data`. Raises FileRefused, in plain Chinese, for what is none, has no sound, or
    is over 2 MB."""
    if len(data) > BYTES_LIMIT:
        raise FileRefused("录音太长了，最多 1 分钟。请说短一点，或者分两次说。")
    type = sound_type(data)
    if type is None:
        raise FileRefused("这不是录音，请重新录一遍。")
    if _has_pictures(data):
        raise FileRefused("这是视频，不是录音。请只录声音，画面请拍照片。")
    if len(data) < LEAST:
        raise FileRefused("没有录到声音，请离话筒近一点，重新说一遍。")
    return Sound(data, type)


def sound_type(data: bytes) -> str | None:
    """The media type by the file's head; None for what is no memo."""
    if data.startswith(_EBML) and b"webm" in data[:64]:
        return "audio/webm"
    if data.startswith(b"OggS"):
        return "audio/ogg"
    if data[4:8] == b"ftyp" and data[8:12] in _AUDIO_BRANDS:
        return "audio/mp4"
    for start, type in _STARTS:
        if data.startswith(start):
            return type
    if data.startswith(b"RIFF") and data[8:12] == b"WAVE":
        return "audio/wav"
    return None


def _has_pictures(data: bytes) -> bool:
    """Whether a track of pictures is declared: an ISO file's `vide` handler, a WebM video codec."""
    if data[4:8] == b"ftyp":
        return b"hdlr" in data and b"vide" in data
    return data.startswith(_EBML) and any(codec in data[:4096] for codec in _VIDEO_CODECS)
