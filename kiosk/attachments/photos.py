"""Photos as they may be shown: checked, straightened, shrunk, and free of what they tell aside.

A phone's photo carries where it was taken and with what (EXIF, GPS). Nothing of the file as it was
sent is kept: it is decoded, turned upright, shrunk to 1920 px on its long side and encoded anew, as
JPEG, or as PNG where it has transparency or is a drawing of few colours. The type is judged by
content, never by name.
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

_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")


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
    from PIL import Image, ImageOps, UnidentifiedImageError

    if not data:
        raise FileRefused("这个照片文件是空的，请重新选择。")
    if len(data) > BYTES_LIMIT:
        raise FileRefused(
            f"照片太大（{len(data) / 1048576:.0f} MB），最大 20 MB。请在手机上压缩后再传。"
        )
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        raise FileRefused(
            "这是 HEIC 格式的照片，这里打不开。iPhone 请在“设置 → 相机 → 格式”里选“兼容性最佳”，"
            "重新拍一张；或者把这张照片截图后再传。"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture: Picture = Image.open(
                io.BytesIO(data), formats=["JPEG", "PNG", "WEBP", "GIF", "BMP"]
            )
            if picture.width * picture.height > PIXELS_LIMIT:
                raise FileRefused(
                    f"照片的像素太多（{picture.width}×{picture.height}），最多 5000 万像素。"
                    "请缩小后再传。"
                )
            picture.load()
            picture = ImageOps.exif_transpose(picture)
    except UnidentifiedImageError:
        raise FileRefused("这个文件不是照片。请上传 JPG 或 PNG 格式的照片。") from None
    except FileRefused:
        raise
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise FileRefused("这张照片打不开，可能没有传完整。请重新拍摄或重新选择。") from None
    return _encoded(picture)


def _encoded(picture: "Picture") -> Photo:
    from PIL import Image

    transparent = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    picture = picture.convert("RGBA" if transparent else "RGB")
    drawing = transparent or picture.getcolors(DRAWING_COLOURS) is not None
    picture.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    # A new picture, because Pillow carries the old one's metadata along.
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    out = io.BytesIO()
    if drawing:
        clean.save(out, "PNG", optimize=True)
        return Photo(out.getvalue(), clean.width, clean.height, "image/png")
    clean.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return Photo(out.getvalue(), clean.width, clean.height, "image/jpeg")
