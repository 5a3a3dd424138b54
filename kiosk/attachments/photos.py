"""Photos as they may be shown: checked, straightened, shrunk, and free of what they tell aside.

A phone's photo carries where it was taken and with what (EXIF, GPS). Nothing of the file as it was
sent is kept: it is decoded, turned upright, shrunk to 1920 px on its long side and encoded anew, as
JPEG, or as PNG where it has transparency or is a drawing of few colours. The type is judged by
content, never by name; iPhones' HEIC is taken like any other.

Memory is bounded by the pixels, which a file's head tells before anything is decoded. A JPEG is
decoded no larger than it is needed.
"""

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.attachments import FileRefused

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

BYTES_LIMIT = 20 * 1024 * 1024
PIXELS_LIMIT = 50_000_000
LONG_SIDE = 1920
JPEG_QUALITY = 82
DRAWING_COLOURS = 256

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_AVIF_BRANDS = (b"avif", b"avis")

_NO_HEIC = (
    "这是 HEIC 格式的照片，这里打不开。iPhone 请在“设置 → 相机 → 格式”里选“兼容性最佳”，"
    "重新拍一张；或者把这张照片截图后再传。"
)


@dataclass(frozen=True)
class Photo:
    """A safe picture: `type` is "image/jpeg" or "image/png"; width and height in pixels."""

    data: bytes
    width: int
    height: int
    type: str


def photo(data: bytes) -> Photo:
    """The picture in `data` made safe to show.

    Raises FileRefused, in plain Chinese, for what is no picture, damaged, over 20 MB or over 50
    megapixels.
    """
    from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

    # Another library in this process may have asked Pillow to take half a picture for a whole one.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    if not data:
        raise FileRefused("这个照片文件是空的，请重新选择。")
    if len(data) > BYTES_LIMIT:
        raise FileRefused(
            f"照片太大（{len(data) / 1048576:.0f} MB），最大 20 MB。请在手机上压缩后再传。"
        )
    formats = _formats(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture: Picture = Image.open(io.BytesIO(data), formats=formats)
            if picture.width * picture.height > PIXELS_LIMIT:
                raise FileRefused(
                    f"照片的像素太多（{picture.width}×{picture.height}），最多 5000 万像素。"
                    "请缩小后再传。"
                )
            picture.draft("RGB", (2 * LONG_SIDE, 2 * LONG_SIDE))
            picture.load()
            drawing = picture.getcolors(_colours(picture)) is not None
            picture = ImageOps.exif_transpose(_shrunk(picture))
    except FileRefused:
        raise
    except Image.DecompressionBombError:
        raise FileRefused("照片的像素太多，最多 5000 万像素。请缩小后再传。") from None
    except Exception as error:  # Pillow raises whatever a broken picture makes it raise
        if isinstance(error, UnidentifiedImageError) and "JPEG" in formats:
            raise FileRefused("这个文件不是照片。请上传 JPG 或 PNG 格式的照片。") from None
        raise FileRefused("这张照片打不开，可能没有传完整。请重新拍摄或重新选择。") from None
    return encoded(picture, drawing)


def encoded(picture: "Picture", drawing: bool) -> Photo:
    """A decoded picture (RGB or RGBA) as it is kept, without anything that it carried along.

    A `drawing` is one of few colours: PNG keeps its edges and is smaller than JPEG.
    """
    from PIL import Image

    # A new picture, because Pillow carries the old one's metadata along.
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    out = io.BytesIO()
    if drawing or clean.mode == "RGBA":
        clean.save(out, "PNG", optimize=True)
        return Photo(out.getvalue(), clean.width, clean.height, "image/png")
    clean.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return Photo(out.getvalue(), clean.width, clean.height, "image/jpeg")


def _formats(data: bytes) -> list[str]:
    """The readers that may try the picture. Raises FileRefused where its reader is missing."""
    from PIL import features

    brand = data[8:12] if data[4:8] == b"ftyp" else b""
    if brand in _HEIF_BRANDS:
        try:
            import pillow_heif
        except ImportError:
            raise FileRefused(_NO_HEIC) from None
        pillow_heif.register_heif_opener(thumbnails=False)
        return ["HEIF"]
    if brand in _AVIF_BRANDS and features.check("avif"):
        return ["AVIF"]
    return list(FORMATS)


def _colours(picture: "Picture") -> int:
    """How few colours make a drawing: a grey photo has no more than 256 either."""
    return DRAWING_COLOURS // 8 if picture.mode in ("L", "LA") else DRAWING_COLOURS


def _shrunk(picture: "Picture") -> "Picture":
    """RGB or RGBA, no longer than LONG_SIDE; before it is turned, which copies it."""
    from PIL import Image

    transparent = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    mode = "RGBA" if transparent else "RGB"
    if picture.mode != mode:
        picture = picture.convert(mode)
    picture.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return picture
