"""Drawn portraits for the demo's officials, in place of photos of real people."""

import io
from functools import lru_cache
from random import Random

from kiosk.demo.drawing import COATS, SCALE, SKIN, Colour, Pen, dark, light, mixed

SIZE = 300, 380
_GROUNDS: tuple[Colour, ...] = ((204, 218, 228), (214, 222, 208), (228, 216, 204))
_WOMENS = "华英兰梅芳玲芝珍燕云莲芹琴霞萍娥"


@lru_cache(maxsize=64)
def portrait(name: str) -> bytes:
    """A JPEG of a head and shoulders: the same for the same name."""
    from PIL import Image, ImageDraw

    width, height = SIZE
    r = Random(f"portrait/{name}")
    ground = r.choice(_GROUNDS)
    image = Image.new("RGB", (width * SCALE, height * SCALE), ground)
    pen = Pen(ImageDraw.Draw(image))
    _person(pen, r, any(glyph in _WOMENS for glyph in name))
    out = io.BytesIO()
    small = image.resize(SIZE, Image.Resampling.LANCZOS)
    small.save(out, "JPEG", quality=80, optimize=True)
    return out.getvalue()


def _person(pen: Pen, r: Random, woman: bool) -> None:
    x, top = SIZE[0] / 2, 86.0
    skin = mixed(SKIN, (196, 150, 118), r.random() * 0.6)
    hair = r.choice(((38, 36, 38), (52, 48, 48), (120, 118, 116)))
    coat = r.choice(COATS)
    if woman:
        pen.box(x - 82, top + 6, 164, 178, hair, 74)
    pen.box(x - 34, top + 150, 68, 80, dark(skin, 0.12), 18)
    pen.box(x - 132, top + 200, 264, 190, coat, 74)
    pen.shape([(x - 44, top + 200), (x + 44, top + 200), (x, top + 276)], (244, 244, 240))
    for side in (-1, 1):
        collar = [(x + side * 46, top + 196), (x + side * 84, top + 214), (x, top + 292)]
        pen.shape(collar, dark(coat, 0.2))
    pen.disc(x, top + 92, 72, skin, 88)
    for side in (-1, 1):
        pen.disc(x + side * 73, top + 98, 11, dark(skin, 0.08), 18)
        pen.disc(x + side * 27, top + 92, 6.5, (40, 34, 32), 7.5)
        brow = [(x + side * 40, top + 72), (x + side * 14, top + 70)]
        pen.line(brow, mixed(hair, (60, 50, 46), 0.5), 6)
    pen.line([(x, top + 98), (x - 5, top + 120), (x + 4, top + 122)], dark(skin, 0.18), 4)
    smile = [(x - 24, top + 142), (x - 10, top + 150), (x + 10, top + 150), (x + 24, top + 142)]
    pen.line(smile, (150, 84, 76), 5)
    pen.disc(x, top + 22, 74, hair, 38)
    if woman:
        pen.disc(x - 30, top + 34, 46, hair, 26)
        pen.box(x - 82, top + 60, 20, 110, hair, 10)
        pen.box(x + 62, top + 60, 20, 110, hair, 10)
    else:
        pen.box(x - 74, top + 22, 18, 50, hair, 8)
        pen.box(x + 56, top + 22, 18, 50, hair, 8)
    if r.random() < 0.35:
        for side in (-1, 1):
            around = [
                (x + side * 27 + dx, top + 93 + dy)
                for dx, dy in ((-20, -14), (20, -14), (20, 14), (-20, 14), (-20, -14))
            ]
            pen.line(around, (70, 66, 64), 3)
        pen.line([(x - 7, top + 90), (x + 7, top + 90)], light((70, 66, 64), 0.1), 3)
