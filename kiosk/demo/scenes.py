"""Photos for the demo, drawn by the program: simple flat scenes of a village, as small JPEGs.

A scene is drawn at double size on a canvas of 960x640 and shrunk, which smooths its edges. The
same scene with another seed has another sky, other trees and other colours.
"""

import io
from collections.abc import Callable
from functools import lru_cache
from random import Random

from kiosk.demo.drawing import (
    CONCRETE,
    HEIGHT,
    SCALE,
    WIDTH,
    Colour,
    Pen,
    board,
    dark,
    far_trees,
    house,
    lamp,
    light,
    mixed,
    person,
    sky,
    tree,
)

QUALITY = 78


@lru_cache(maxsize=64)
def photo(scene: str, seed: int = 0) -> bytes:
    """A JPEG of the scene (a key of SCENES). Raises KeyError for an unknown one."""
    from PIL import Image, ImageDraw

    draw_scene = SCENES[scene]
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE))
    draw_scene(Pen(ImageDraw.Draw(image)), Random(f"{scene}/{seed}"))
    small = image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _road(pen: Pen, r: Random) -> None:
    horizon = 300
    sky(pen, r, horizon)
    far_trees(pen, r, horizon)
    pen.fade(horizon, HEIGHT, (150, 164, 104), (120, 142, 86))
    bend = r.uniform(-60, 60)
    vanish = WIDTH / 2 + bend
    pen.shape(
        [(vanish - 26, horizon), (vanish + 26, horizon), (790, HEIGHT), (150, HEIGHT)], CONCRETE
    )
    pen.shape(
        [(vanish - 32, horizon), (vanish - 26, horizon), (150, HEIGHT), (110, HEIGHT)],
        (166, 164, 156),
    )
    pen.shape(
        [(vanish + 26, horizon), (vanish + 32, horizon), (830, HEIGHT), (790, HEIGHT)],
        (166, 164, 156),
    )
    for part in (0.12, 0.25, 0.42, 0.65, 0.95):
        y = horizon + (HEIGHT - horizon) * part
        half = 26 + (320 - 26) * part
        middle = vanish + (470 - vanish) * part
        pen.line([(middle - half, y), (middle + half, y)], (180, 179, 172), 1 + part * 3)
    house(pen, r, 640, 400, 230, 110)
    house(pen, r, 40, 392, 210, 104)
    for x, foot, height in ((300, 380, 150), (610, 388, 165), (215, 450, 240), (760, 470, 260)):
        tree(pen, r, x + r.uniform(-10, 10), foot, height)
    for x, foot, height in ((388, 352, 120), (318, 430, 210)):
        lamp(pen, x, foot, height)


def _lamps(pen: Pen, r: Random) -> None:
    horizon = 380
    dusk: tuple[Colour, Colour] = ((34, 48, 84), (222, 150, 110))
    pen.fade(0, horizon, *dusk)
    for _ in range(30):
        pen.disc(r.uniform(0, WIDTH), r.uniform(0, 150), r.uniform(0.8, 1.8), (232, 232, 222))
    pen.fade(horizon, HEIGHT, (64, 66, 70), (42, 44, 50))
    for x, width in ((0, 170), (200, 150), (600, 170), (800, 170)):
        top = horizon - r.uniform(60, 96)
        pen.box(x, top, width, horizon - top, (44, 48, 62))
        pen.shape(
            [(x - 8, top), (x + 20, top - 34), (x + width - 20, top - 34), (x + width + 8, top)],
            (34, 38, 52),
        )
        for at in (0.2, 0.65):
            pen.box(x + width * at, top + 18, 24, 24, r.choice([(250, 216, 140), (70, 76, 90)]))
    pen.shape([(440, horizon), (520, horizon), (900, HEIGHT), (60, HEIGHT)], (84, 86, 92))
    for x, foot, height in ((428, 392, 120), (370, 430, 190), (270, 510, 300), (90, 640, 460)):
        lamp(pen, x, foot, height)
        bulb = (x + height * 0.215, foot - height * 0.985)
        for size, part in ((0.16, 0.30), (0.1, 0.5), (0.05, 0.85)):
            under = mixed(*dusk, min(1.0, max(0.0, bulb[1] / horizon)))
            pen.disc(*bulb, height * size, mixed(under, (255, 238, 178), part))
        pen.disc(x + height * 0.24, foot + 6, height * 0.36, (120, 114, 100), height * 0.05)


def _meeting(pen: Pen, r: Random) -> None:
    pen.fade(0, 420, (238, 234, 224), (226, 220, 206))
    pen.fade(420, HEIGHT, (176, 150, 122), (150, 124, 98))
    pen.box(0, 404, WIDTH, 18, (156, 132, 108))
    pen.box(150, 36, 660, 54, (176, 36, 34), 3)
    for n in range(12):
        pen.box(196 + n * 48, 50, 28, 26, (250, 224, 148), 3)
    for x in (60, 800):
        pen.box(x, 120, 104, 150, (250, 250, 246))
        pen.box(x + 7, 127, 90, 136, (164, 198, 216))
        pen.line([(x + 52, 120), (x + 52, 270)], (250, 250, 246), 6)
    board(pen, 350, 118, 260, 130)
    for n in range(5):
        person(pen, r, 290 + n * 95, 420, 190)
    pen.box(210, 330, 540, 110, (132, 84, 58), 4)
    pen.box(200, 318, 560, 20, (156, 102, 72), 4)
    for n in range(5):
        x = 262 + n * 96
        pen.box(x, 302, 56, 18, (244, 240, 230), 2)
        pen.disc(x + 74, 312, 7, (250, 250, 250), 9)
    for row, (foot, height, count) in enumerate(((560.0, 210.0, 7), (690.0, 260.0, 6))):
        for n in range(count):
            seat = 90 + n * (800 / (count - 1)) + (row % 2) * 20
            person(pen, r, seat, foot, height, back=True)


def _field(pen: Pen, r: Random) -> None:
    horizon = 270
    sky(pen, r, horizon)
    far_trees(pen, r, horizon)
    near, far = r.choice(
        [
            ((120, 160, 70), (160, 184, 104)),
            ((206, 172, 88), (222, 196, 124)),
            ((92, 144, 78), (140, 176, 106)),
        ]
    )
    pen.fade(horizon, HEIGHT, far, near)
    vanish = r.uniform(380, 580)
    for n in range(-26, 27):
        foot = vanish + n * 74
        pen.line([(vanish + n * 9, horizon), (foot, HEIGHT)], dark(near, 0.14), 2)
        pen.line([(vanish + n * 9 + 3, horizon), (foot + 26, HEIGHT)], light(near, 0.14), 2.5)
    house(pen, r, 700, horizon + 12, 120, 50)
    pen.box(150, 352, 26, 88, (236, 238, 238), 3)
    pen.box(146, 344, 34, 12, (64, 108, 150), 3)
    for foot, x, height in ((420, 330, 120), (446, 400, 132), (520, 640, 170)):
        person(pen, r, x, foot, height)
    tree(pen, r, 880, 420, 230)


def _canal(pen: Pen, r: Random) -> None:
    horizon = 260
    sky(pen, r, horizon)
    far_trees(pen, r, horizon)
    pen.fade(horizon, HEIGHT, (146, 168, 104), (116, 146, 84))
    pen.shape([(430, horizon), (530, horizon), (900, HEIGHT), (160, HEIGHT)], (186, 184, 174))
    pen.shape([(446, horizon), (514, horizon), (780, HEIGHT), (280, HEIGHT)], (108, 150, 170))
    for part in (0.2, 0.35, 0.55, 0.8):
        y = horizon + (HEIGHT - horizon) * part
        x = 480 + r.uniform(-40, 20) * part
        pen.line([(x, y), (x + 110 * part, y)], (170, 200, 212), 2 + part * 2)
    pen.box(330, 340, 320, 22, (172, 170, 162), 3)
    pen.box(452, 270, 14, 80, (150, 152, 154))
    pen.box(514, 270, 14, 80, (150, 152, 154))
    pen.box(444, 262, 92, 16, (110, 118, 126), 3)
    pen.disc(490, 252, 14, (168, 60, 52))
    pen.box(668, 292, 96, 74, (228, 222, 208))
    pen.shape([(658, 292), (716, 258), (774, 292)], (150, 84, 66))
    pen.box(702, 320, 28, 46, (86, 104, 120))
    for x, foot, height in ((210, 400, 200), (820, 440, 240), (120, 520, 280)):
        tree(pen, r, x, foot, height)
    for x in (586, 622):
        person(pen, r, x, 352, 92)


def _square(pen: Pen, r: Random) -> None:
    horizon = 330
    sky(pen, r, horizon)
    far_trees(pen, r, horizon)
    pen.fade(horizon, HEIGHT, (206, 200, 188), (186, 180, 168))
    for n in range(1, 7):
        y = horizon + (HEIGHT - horizon) * (n / 7) ** 1.6
        pen.line([(0, y), (WIDTH, y)], (176, 170, 158), 1.5)
    house(pen, r, 60, 366, 300, 130)
    board(pen, 430, 232, 230, 126)
    pen.line([(440, 352), (440, 396)], (120, 40, 38), 6)
    pen.line([(650, 352), (650, 396)], (120, 40, 38), 6)
    pen.line([(740, 400), (740, 120)], (170, 172, 176), 5)
    pen.box(743, 124, 74, 48, (206, 38, 34))
    for x in (800, 860):
        pen.line([(x, 420), (x, 330)], (52, 120, 168), 6)
    pen.line([(796, 332), (866, 332)], (52, 120, 168), 6)
    pen.disc(830, 376, 22, (238, 196, 66))
    pen.disc(830, 376, 13, (206, 200, 188))
    for n in range(6):
        person(pen, r, 180 + n * 96 + r.uniform(-18, 18), r.uniform(480, 560), r.uniform(140, 172))
    tree(pen, r, 922, 430, 280)


def _bins(pen: Pen, r: Random) -> None:
    horizon = 320
    sky(pen, r, horizon)
    pen.fade(horizon, 384, (196, 206, 176), (170, 182, 140))
    house(pen, r, 60, 380, 330, 160)
    house(pen, r, 520, 376, 300, 150)
    pen.fade(380, HEIGHT, (192, 188, 178), (170, 166, 156))
    pen.box(0, 372, WIDTH, 12, (138, 152, 100))
    for n, colour in enumerate(((58, 120, 74), (70, 76, 84), (44, 98, 156), (168, 50, 46))):
        x = 190 + n * 140
        pen.disc(x + 48, 548, 62, (148, 144, 136), 10)
        pen.shape([(x, 420), (x + 96, 420), (x + 86, 540), (x + 10, 540)], colour)
        pen.box(x - 6, 402, 108, 22, dark(colour, 0.25), 8)
        pen.disc(x + 48, 478, 20, light(colour, 0.55))
        for wheel in (20, 76):
            pen.disc(x + wheel, 544, 9, (40, 42, 46))
    person(pen, r, 826, 560, 210)
    pen.line([(850, 450), (884, 560)], (150, 112, 70), 5)
    pen.shape([(872, 548), (898, 548), (912, 582), (866, 582)], (196, 160, 84))
    tree(pen, r, 450, 392, 230)


def _panels(pen: Pen, r: Random) -> None:
    horizon = 250
    sky(pen, r, horizon)
    far_trees(pen, r, horizon)
    pen.fade(horizon, HEIGHT, (160, 172, 112), (136, 154, 92))
    for row in range(4):
        y, step = 300 + row * 84, 130 + row * 26
        for n in range(-1, 8):
            x = -40 + n * step + row * 14
            w, h = step * 0.9, 46 + row * 9
            pen.line([(x + w * 0.3, y + h), (x + w * 0.3, y + h + 22)], (150, 154, 158), 3)
            pen.line([(x + w * 0.8, y + h), (x + w * 0.8, y + h + 22)], (150, 154, 158), 3)
            pen.shape([(x + 16, y), (x + w + 10, y), (x + w - 4, y + h), (x, y + h)], (34, 56, 98))
            for part in (0.25, 0.5, 0.75):
                pen.line(
                    [(x + 16 + (w - 6) * part, y), (x + (w - 4) * part, y + h)], (92, 118, 160), 1.5
                )
                pen.line(
                    [(x + 16 * (1 - part), y + h * part), (x + w + 10 - 14 * part, y + h * part)],
                    (92, 118, 160),
                    1.2,
                )
    person(pen, r, 860, 420, 130)


def _visit(pen: Pen, r: Random) -> None:
    horizon = 420
    sky(pen, r, 260)
    pen.fade(260, horizon + 12, (214, 206, 186), (206, 196, 174))
    house(pen, r, 140, horizon + 10, 680, 270)
    pen.fade(horizon + 10, HEIGHT, (190, 178, 150), (170, 158, 130))
    for x, height in ((330, 200), (420, 190), (560, 205), (640, 196)):
        person(pen, r, x, 592, height)
    for x in (474, 500):
        pen.box(x, 556, 24, 36, r.choice([(196, 60, 50), (238, 190, 80), (244, 244, 240)]), 3)
    pen.box(466, 590, 66, 8, (120, 92, 66))
    tree(pen, r, 72, 520, 320)


def _check(pen: Pen, r: Random) -> None:
    """A safety round: extinguishers on a wall, two people looking."""
    pen.fade(0, 470, (232, 230, 224), (220, 216, 206))
    pen.fade(470, HEIGHT, (170, 166, 158), (150, 146, 138))
    pen.box(0, 300, WIDTH, 170, (150, 178, 158))
    pen.box(80, 150, 220, 240, (196, 46, 40), 6)
    pen.box(96, 166, 188, 208, (236, 238, 238), 3)
    for n in range(2):
        x = 128 + n * 72
        pen.box(x, 222, 44, 140, (206, 40, 36), 16)
        pen.box(x + 14, 202, 16, 26, (44, 46, 50), 3)
        pen.line([(x + 30, 212), (x + 52, 244), (x + 50, 290)], (44, 46, 50), 5)
        pen.box(x + 6, 268, 32, 40, (244, 236, 210), 2)
    board(pen, 380, 120, 240, 150)
    pen.box(720, 110, 150, 180, (250, 250, 246))
    pen.box(730, 120, 130, 160, (168, 200, 216))
    pen.line([(795, 110), (795, 290)], (250, 250, 246), 6)
    for x, height in ((420, 300), (540, 288), (690, 296)):
        person(pen, r, x, 600, height)
    pen.box(452, 430, 44, 56, (250, 250, 246), 3)


def _sheet(pen: Pen, r: Random) -> None:
    """A sheet of paper on a desk, signed three times and sealed."""
    wood = mixed((150, 112, 76), (120, 88, 60), r.random())
    pen.box(0, 0, WIDTH, HEIGHT, wood)
    for _ in range(14):
        y = r.uniform(0, HEIGHT)
        pen.line([(0, y), (WIDTH, y + r.uniform(-30, 30))], dark(wood, 0.1), 3)
    tilt = r.uniform(-24, 24)
    pen.shape([(170, 30 + tilt), (790, 30 - tilt), (800, 640), (160, 640)], (246, 244, 236))
    pen.box(360, 66, 240, 26, (64, 62, 60))
    for n in range(8):
        pen.box(220, 124 + n * 32, r.uniform(420, 510), 9, (150, 148, 144))
    for n in range(3):
        y = 430 + n * 66
        pen.box(240, y, 130, 14, (96, 94, 92))
        points = [(410.0, y + 8.0)]
        for _ in range(14):
            x = points[-1][0] + r.uniform(6, 16)
            points.append((x, y + r.uniform(-16, 26)))
        pen.line(points, (34, 44, 98), 4)
    pen.disc(680, 540, 62, (206, 60, 52))
    pen.disc(680, 540, 55, (246, 232, 224))
    pen.disc(680, 540, 16, (206, 60, 52))


SCENES: dict[str, Callable[[Pen, Random], None]] = {
    "road": _road,
    "lamps": _lamps,
    "meeting": _meeting,
    "field": _field,
    "canal": _canal,
    "square": _square,
    "bins": _bins,
    "panels": _panels,
    "visit": _visit,
    "check": _check,
    "sheet": _sheet,
}
