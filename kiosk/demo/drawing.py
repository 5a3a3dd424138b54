"""What the demo's drawn photos are made of: a pen, skies, trees, houses, people, lamps, boards."""

from random import Random
from typing import Any

WIDTH, HEIGHT = 960, 640
SCALE = 2

Colour = tuple[int, int, int]

SKIES: tuple[tuple[Colour, Colour], ...] = (
    ((126, 178, 221), (226, 239, 246)),
    ((148, 190, 214), (247, 236, 214)),
    ((112, 162, 205), (214, 230, 240)),
    ((170, 190, 203), (236, 238, 236)),
)
WALLS: tuple[Colour, ...] = ((236, 228, 212), (228, 214, 196), (240, 236, 228), (222, 205, 186))
ROOFS: tuple[Colour, ...] = ((158, 74, 58), (134, 82, 66), (96, 104, 114), (170, 92, 70))
LEAVES: tuple[Colour, ...] = ((84, 130, 74), (104, 146, 82), (70, 116, 72), (126, 152, 84))
COATS: tuple[Colour, ...] = (
    (64, 92, 132),
    (140, 64, 58),
    (88, 110, 82),
    (98, 84, 110),
    (60, 66, 76),
)
SKIN: Colour = (226, 186, 154)
GROUND: Colour = (180, 168, 132)
CONCRETE: Colour = (198, 197, 190)


class Pen:
    """Draws in the coordinates of the finished picture."""

    def __init__(self, draw: Any) -> None:
        self._draw = draw

    def box(self, x: float, y: float, w: float, h: float, fill: Colour, radius: float = 0) -> None:
        corners = [x * SCALE, y * SCALE, (x + w) * SCALE, (y + h) * SCALE]
        self._draw.rounded_rectangle(corners, radius * SCALE, fill=fill)

    def shape(self, points: list[tuple[float, float]], fill: Colour) -> None:
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def disc(self, x: float, y: float, rx: float, fill: Colour, ry: float | None = None) -> None:
        ry = rx if ry is None else ry
        self._draw.ellipse(
            [(x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE], fill=fill
        )

    def line(self, points: list[tuple[float, float]], fill: Colour, width: float) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self._draw.line(scaled, fill=fill, width=round(width * SCALE), joint="curve")

    def fade(self, top: float, bottom: float, above: Colour, below: Colour) -> None:
        """A vertical gradient over the whole width."""
        first, last = round(top * SCALE), round(bottom * SCALE)
        for y in range(first, last):
            part = (y - first) / max(1, last - first - 1)
            self._draw.line([(0, y), (WIDTH * SCALE, y)], fill=mixed(above, below, part), width=1)


def mixed(one: Colour, other: Colour, part: float) -> Colour:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


def dark(colour: Colour, part: float = 0.25) -> Colour:
    return mixed(colour, (20, 24, 32), part)


def light(colour: Colour, part: float = 0.3) -> Colour:
    return mixed(colour, (255, 255, 255), part)


def sky(pen: Pen, r: Random, horizon: float) -> None:
    above, below = r.choice(SKIES)
    pen.fade(0, horizon, above, below)
    for _ in range(r.randint(2, 4)):
        x, y, size = r.uniform(60, 900), r.uniform(40, horizon * 0.45), r.uniform(22, 40)
        for dx, dy, part in ((0, 0, 1.0), (-1.2, 0.25, 0.7), (1.25, 0.2, 0.75), (0.5, -0.35, 0.7)):
            pen.disc(
                x + dx * size,
                y + dy * size,
                size * part * 1.3,
                light(below, 0.6),
                size * part * 0.6,
            )


def far_trees(pen: Pen, r: Random, horizon: float) -> None:
    leaf = mixed(r.choice(LEAVES), (190, 205, 210), 0.45)
    x = -20.0
    while x < WIDTH + 40:
        size = r.uniform(18, 40)
        pen.disc(
            x,
            horizon - size * 0.5,
            size * 0.9,
            mixed(leaf, (120, 150, 110), r.random() * 0.3),
            size,
        )
        x += size * 1.1
    pen.box(0, horizon - 12, WIDTH, 14, leaf)


def tree(pen: Pen, r: Random, x: float, foot: float, height: float) -> None:
    leaf = r.choice(LEAVES)
    pen.shape(
        [
            (x - height * 0.03, foot),
            (x - height * 0.018, foot - height * 0.6),
            (x + height * 0.018, foot - height * 0.6),
            (x + height * 0.03, foot),
        ],
        (112, 88, 66),
    )
    crown = foot - height * 0.68
    for dx, dy, size, tone in (
        (0, 0, 0.3, 0.12),
        (-0.17, 0.08, 0.2, 0.2),
        (0.17, 0.07, 0.21, 0.06),
        (0, -0.17, 0.22, 0.0),
    ):
        pen.disc(x + dx * height, crown + dy * height, size * height, dark(leaf, tone))
    pen.disc(x - 0.06 * height, crown - 0.16 * height, 0.12 * height, light(leaf, 0.12))


def house(pen: Pen, r: Random, x: float, foot: float, width: float, height: float) -> None:
    wall, roof = r.choice(WALLS), r.choice(ROOFS)
    top = foot - height
    pen.box(x, top, width, height, wall)
    pen.box(x, foot - height * 0.14, width, height * 0.14, dark(wall, 0.18))
    eave, rise = width * 0.05, height * 0.36
    pen.shape(
        [
            (x - eave, top),
            (x + width * 0.1, top - rise),
            (x + width * 0.9, top - rise),
            (x + width + eave, top),
        ],
        roof,
    )
    for part in range(1, 8):
        y = top - rise * part / 8
        inset = width * 0.1 * part / 8 - eave * (1 - part / 8)
        pen.line([(x + inset, y), (x + width - inset, y)], dark(roof, 0.12), 1)
    door = width * 0.16
    middle = x + width * 0.5
    pen.box(middle - door / 2, foot - height * 0.56, door, height * 0.56, (122, 52, 44))
    pen.line([(middle, foot - height * 0.56), (middle, foot)], (90, 40, 36), 1.5)
    pen.box(middle - door * 0.62 - 5, foot - height * 0.54, 5, height * 0.36, (196, 48, 40))
    pen.box(middle + door * 0.62, foot - height * 0.54, 5, height * 0.36, (196, 48, 40))
    for at in (0.12, 0.7):
        pen.box(x + width * at, top + height * 0.22, width * 0.18, height * 0.34, (246, 246, 242))
        pen.box(
            x + width * (at + 0.012),
            top + height * 0.245,
            width * 0.156,
            height * 0.29,
            (128, 160, 178),
        )
        pen.line(
            [
                (x + width * (at + 0.09), top + height * 0.22),
                (x + width * (at + 0.09), top + height * 0.56),
            ],
            (246, 246, 242),
            3,
        )


def person(pen: Pen, r: Random, x: float, foot: float, height: float, back: bool = False) -> None:
    coat = r.choice(COATS)
    head = height * 0.09
    hair: Colour = (44, 40, 40) if r.random() < 0.7 else (150, 150, 150)
    pen.box(x - height * 0.09, foot - height * 0.45, height * 0.075, height * 0.45, (58, 60, 68), 3)
    pen.box(
        x + height * 0.015, foot - height * 0.45, height * 0.075, height * 0.45, (50, 52, 60), 3
    )
    pen.box(
        x - height * 0.13, foot - height * 0.82, height * 0.26, height * 0.42, coat, height * 0.06
    )
    for side in (-1, 1):
        pen.line(
            [
                (x + side * height * 0.12, foot - height * 0.76),
                (x + side * height * 0.155, foot - height * 0.45),
            ],
            dark(coat, 0.15),
            height * 0.06,
        )
    pen.disc(x, foot - height * 0.9, head, SKIN)
    if back:
        pen.disc(x, foot - height * 0.91, head * 1.02, hair)
    else:
        pen.disc(x, foot - height * 0.955, head * 0.98, hair, head * 0.55)


def lamp(pen: Pen, x: float, foot: float, height: float) -> None:
    pole: Colour = (120, 126, 132)
    pen.line([(x, foot), (x, foot - height)], pole, max(2.5, height * 0.018))
    pen.line([(x, foot - height * 0.93), (x + height * 0.2, foot - height * 0.99)], pole, 3)
    pen.box(x + height * 0.16, foot - height, height * 0.11, height * 0.03, (240, 232, 190), 2)
    pen.shape(
        [
            (x - height * 0.1, foot - height * 1.0),
            (x + height * 0.04, foot - height * 1.07),
            (x + height * 0.09, foot - height * 1.03),
            (x - height * 0.05, foot - height * 0.96),
        ],
        (38, 58, 96),
    )
    pen.box(x - height * 0.03, foot - height * 0.02, height * 0.06, height * 0.02, (150, 150, 146))


def board(pen: Pen, x: float, y: float, w: float, h: float) -> None:
    """A notice board with sheets on it."""
    pen.box(x, y, w, h, (158, 42, 38), 4)
    pen.box(x + w * 0.03, y + h * 0.2, w * 0.94, h * 0.75, (244, 242, 234), 2)
    pen.box(x + w * 0.3, y + h * 0.06, w * 0.4, h * 0.08, (250, 226, 150), 2)
    for column in range(3):
        left = x + w * (0.07 + column * 0.3)
        pen.box(left, y + h * 0.27, w * 0.25, h * 0.6, (255, 255, 255))
        for row in range(7):
            length = w * (0.21 if row % 3 else 0.14)
            pen.box(
                left + w * 0.02, y + h * (0.32 + row * 0.075), length, h * 0.02, (150, 152, 156)
            )
