"""Draws the pictures of the demo's rewards: `python -m loyalty.demo.drawing` writes them anew.

Flat shapes in the product's own colours, drawn four times as large and made smaller, so that
edges are smooth. Kept beside this file as WebP, since a demo should not need a minute for them.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parent / "pictures"
_SIZE, _FINER = (800, 500), 3
CREAM, SAND, GREEN, DEEP = "#f6eee2", "#e7d6bd", "#0b5d4b", "#084839"
MINT, RUST, OCHRE, INK = "#cfe6de", "#a8480b", "#e0bf5a", "#1d2a33"
WHITE, CLAY, BROWN = "#fffdf9", "#c98a5b", "#5b3a26"

Box = tuple[float, float, float, float]


class Sheet:
    """A sheet of 800 by 500 to draw on, in whole units, whatever is behind it."""

    def __init__(self, paper: str) -> None:
        self._image = Image.new("RGB", (_SIZE[0] * _FINER, _SIZE[1] * _FINER), paper)
        self._pen = ImageDraw.Draw(self._image)

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        self.oval((x - radius, y - radius, x + radius, y + radius), colour)

    def oval(self, box: Box, colour: str) -> None:
        self._pen.ellipse(_fine(box), fill=colour)

    def ring(self, box: Box, colour: str, width: float) -> None:
        self._pen.ellipse(_fine(box), outline=colour, width=round(width * _FINER))

    def block(self, box: Box, colour: str, radius: float = 0) -> None:
        self._pen.rounded_rectangle(_fine(box), radius * _FINER, fill=colour)

    def shape(self, *points: tuple[float, float], colour: str) -> None:
        self._pen.polygon([(x * _FINER, y * _FINER) for x, y in points], fill=colour)

    def line(self, *points: tuple[float, float], colour: str, width: float) -> None:
        fine = [(x * _FINER, y * _FINER) for x, y in points]
        self._pen.line(fine, fill=colour, width=round(width * _FINER), joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, colour)

    def arc(self, box: Box, start: float, end: float, colour: str, width: float) -> None:
        self._pen.arc(_fine(box), start, end, fill=colour, width=round(width * _FINER))

    def slice(self, box: Box, start: float, end: float, colour: str) -> None:
        self._pen.pieslice(_fine(box), start, end, fill=colour)

    def save(self, path: Path) -> None:
        self._image.resize(_SIZE, Image.Resampling.LANCZOS).save(path, "WEBP", quality=86)


def _fine(box: Box) -> Box:
    left, top, right, bottom = box
    return left * _FINER, top * _FINER, right * _FINER, bottom * _FINER


def draw_coffee(sheet: Sheet) -> None:
    sheet.disc(400, 250, 205, SAND)
    sheet.oval((200, 372, 600, 430), WHITE)
    sheet.oval((270, 384, 530, 414), SAND)
    sheet.ring((520, 222, 620, 322), WHITE, 22)
    sheet.slice((250, 80, 550, 410), 0, 180, WHITE)
    sheet.block((250, 200, 550, 250), WHITE)
    sheet.oval((250, 172, 550, 232), "#ece3d4")
    sheet.oval((268, 180, 532, 224), BROWN)
    sheet.oval((330, 190, 470, 214), CLAY)
    for x in (340, 400, 460):
        sheet.arc((x - 22, 60, x + 14, 110), 90, 270, WHITE, 9)
        sheet.arc((x - 14, 100, x + 22, 150), 270, 90, WHITE, 9)


def draw_discount(sheet: Sheet) -> None:
    sheet.disc(620, 120, 150, "#0e6b57")
    sheet.disc(150, 430, 190, DEEP)
    sheet.shape((230, 160), (470, 160), (590, 250), (470, 340), (230, 340), colour=CREAM)
    sheet.block((212, 160, 300, 340), CREAM, 18)
    sheet.disc(515, 250, 18, GREEN)
    sheet.arc((500, 120, 700, 262), 110, 330, OCHRE, 7)
    sheet.disc(300, 212, 26, RUST)
    sheet.disc(300, 212, 11, CREAM)
    sheet.disc(392, 288, 26, RUST)
    sheet.disc(392, 288, 11, CREAM)
    sheet.line((392, 200), (300, 300), colour=RUST, width=14)


def draw_box(sheet: Sheet) -> None:
    sheet.oval((150, 390, 650, 450), "#e3c79f")
    sheet.block((220, 210, 580, 420), GREEN, 10)
    sheet.block((200, 170, 600, 236), DEEP, 10)
    sheet.block((376, 170, 424, 420), OCHRE)
    sheet.oval((286, 92, 400, 178), OCHRE)
    sheet.oval((312, 112, 386, 164), CREAM)
    sheet.oval((400, 92, 514, 178), OCHRE)
    sheet.oval((414, 112, 488, 164), CREAM)
    sheet.disc(400, 164, 24, "#c9a53f")
    for x, y in ((270, 300), (320, 350), (480, 290), (530, 350), (280, 390), (500, 392)):
        sheet.oval((x - 13, y - 9, x + 13, y + 9), CLAY)
        sheet.line((x - 8, y + 3), (x + 8, y - 3), colour=GREEN, width=3)


def draw_cups(sheet: Sheet) -> None:
    sheet.block((0, 380, 800, 500), "#b98d66")
    _draw_cup(sheet, 250, glaze="#7d9a92", body="#e9dcc8")
    _draw_cup(sheet, 520, glaze="#c4703c", body="#efe3d1")


def _draw_cup(sheet: Sheet, x: float, *, glaze: str, body: str) -> None:
    sheet.oval((x - 130, 376, x + 130, 414), "#a67c57")
    sheet.block((x - 100, 170, x + 100, 396), body, 34)
    sheet.block((x - 100, 170, x + 100, 270), glaze, 34)
    sheet.block((x - 100, 220, x + 100, 276), glaze)
    for step in range(-2, 3):
        sheet.disc(x + step * 40, 274 + (step % 2) * 12, 20, glaze)
    sheet.oval((x - 100, 152, x + 100, 198), "#f7f0e4")
    sheet.oval((x - 84, 160, x + 84, 192), BROWN)
    for dot in ((-50, 330), (-10, 352), (40, 326), (64, 360), (-66, 366)):
        sheet.disc(x + dot[0], dot[1], 3.5, "#b79f82")


def draw_cinema(sheet: Sheet) -> None:
    for x in range(0, 800, 80):
        sheet.block((x, 0, x + 40, 500), "#8f2f22")
    sheet.oval((110, 60, 690, 470), "#f1ddb0")
    sheet.shape((210, 210), (560, 150), (590, 300), (240, 360), colour=OCHRE)
    for step in range(5):
        sheet.disc(210 + step * 7.5, 226 + step * 30, 9, "#f1ddb0")
        sheet.disc(560 + step * 7.5, 166 + step * 30, 9, "#f1ddb0")
    sheet.line((492, 170), (514, 306), colour="#c9a53f", width=5)
    sheet.shape((346, 222), (346, 292), (412, 246), colour=RUST)
    sheet.block((520, 250, 660, 430), WHITE, 6)
    for x in range(532, 660, 44):
        sheet.block((x, 250, x + 20, 430), RUST)
    for x, y in ((540, 236), (572, 218), (606, 214), (640, 234), (590, 244), (624, 246)):
        sheet.disc(x, y, 25, "#fff3cf")
        sheet.disc(x - 6, y - 5, 9, "#f4dc9a")


def draw_workshop(sheet: Sheet) -> None:
    sheet.disc(560, 190, 230, "#12705b")
    sheet.block((0, 400, 800, 500), DEEP)
    sheet.block((120, 232, 420, 268), BROWN, 18)
    sheet.block((120, 238, 300, 262), "#3f2718", 12)
    sheet.block((400, 216, 600, 284), "#d7dcda", 12)
    sheet.block((430, 284, 570, 318), "#b7bfbc", 10)
    sheet.shape((462, 318), (490, 318), (484, 350), (468, 350), colour="#b7bfbc")
    sheet.shape((510, 318), (538, 318), (532, 350), (516, 350), colour="#b7bfbc")
    sheet.line((476, 352), (476, 372), colour=CLAY, width=7)
    sheet.line((524, 352), (524, 372), colour=CLAY, width=7)
    sheet.slice((420, 300, 580, 460), 0, 180, WHITE)
    sheet.oval((420, 366, 580, 394), "#ece3d4")
    sheet.oval((432, 370, 568, 390), BROWN)
    sheet.ring((562, 386, 614, 434), WHITE, 11)
    sheet.oval((384, 168, 616, 236), "#8a5a36")
    sheet.oval((384, 160, 616, 222), "#6b4327")


def draw_harvest(sheet: Sheet) -> None:
    sheet.disc(620, 130, 90, OCHRE)
    sheet.oval((-200, 300, 520, 700), "#5f9c7b")
    sheet.oval((260, 330, 1000, 740), "#3f7f63")
    for row in range(4):
        sheet.arc((-160, 340 + row * 40, 620, 760), 200, 330, "#7db395", 6)
    sheet.line((300, 440), (392, 190), colour=DEEP, width=10)
    for side, (x, y) in zip(
        (-1, 1, -1, 1), ((340, 330), (352, 300), (370, 250), (378, 228)), strict=True
    ):
        sheet.shape(
            (x, y), (x + side * 60, y - 58), (x + side * 130, y - 62), (x + side * 82, y - 8),
            colour=GREEN,
        )  # fmt: skip
        sheet.line((x, y), (x + side * 104, y - 46), colour="#5aa58c", width=4)
    sheet.oval((364, 92, 420, 204), "#2c8a6d")


def draw_biscuits(sheet: Sheet) -> None:
    sheet.oval((120, 110, 680, 450), WHITE)
    sheet.oval((170, 140, 630, 420), "#f1e6d6")
    for x, y in ((300, 250), (430, 220), (380, 320), (520, 300)):
        _draw_biscuit(sheet, x, y)


def _draw_biscuit(sheet: Sheet, x: float, y: float) -> None:
    for dx, dy in (
        (-62, 0),
        (62, 0),
        (0, -50),
        (0, 50),
        (-44, -36),
        (44, -36),
        (-44, 36),
        (44, 36),
    ):
        sheet.disc(x + dx, y + dy + 6, 22, "#b9803f")
    sheet.oval((x - 72, y - 52, x + 72, y + 66), "#b9803f")
    for dx, dy in (
        (-62, 0),
        (62, 0),
        (0, -50),
        (0, 50),
        (-44, -36),
        (44, -36),
        (-44, 36),
        (44, 36),
    ):
        sheet.disc(x + dx, y + dy, 22, "#dba861")
    sheet.oval((x - 70, y - 58, x + 70, y + 58), "#e3b570")
    for step in (-1, 0, 1):
        sheet.line((x - 42, y + step * 22), (x + 42, y + step * 22), colour="#cf9a50", width=4)
        sheet.line((x + step * 28, y - 34), (x + step * 28, y + 34), colour="#cf9a50", width=4)


PICTURES: Mapping[str, tuple[str, Callable[[Sheet], None]]] = {
    "coffee": ("#d9b88a", draw_coffee),
    "discount": (GREEN, draw_discount),
    "box": (CREAM, draw_box),
    "cups": ("#dcc8ac", draw_cups),
    "cinema": (RUST, draw_cinema),
    "workshop": (GREEN, draw_workshop),
    "harvest": ("#dfeee6", draw_harvest),
    "biscuits": ("#e9d3b4", draw_biscuits),
}


def draw_all(folder: Path = FOLDER) -> None:
    """Write every picture into a folder."""
    for name, (paper, draw) in PICTURES.items():
        sheet = Sheet(paper)
        draw(sheet)
        sheet.save(folder / f"{name}.webp")


if __name__ == "__main__":
    draw_all()
