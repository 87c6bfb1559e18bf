"""Pots with something green in them, and what one waters it with."""

from math import cos, radians, sin

from portico.app.demo.art.paint import FLOOR, Canvas, Facts, lathe, leaf, shade

GREEN = "#5f8560"


def _monstera(canvas: Canvas, x: float, y: float) -> None:
    for dx, dy, turn, k in (
        (-150, -170, -48, 0.9),
        (150, -160, 50, 0.95),
        (-60, -280, -16, 1.05),
        (84, -270, 20, 1.0),
        (6, -150, 4, 0.8),
    ):
        canvas.line(f"M{x:g} {y:g}Q{x + dx * 0.15:g} {y + dy * 0.7:g} {x + dx:g} {y + dy:g}", shade(GREEN, -0.2), 7)
        canvas.begin(move=f"translate({x + dx:g} {y + dy:g}) rotate({turn}) scale({k:g})")
        outline = "M0 30C-30 52 -84 20 -86 -20L-50 -26L-90 -44C-86 -80 -66 -110 -50 -118L-36 -84L-34 -128C-20 -142 -8 -150 0 -156C8 -150 20 -142 34 -128L36 -84L50 -118C66 -110 86 -80 90 -44L50 -26L86 -20C84 20 30 52 0 30Z"
        canvas.path(outline, shade(GREEN, -0.04 if dx > 0 else 0.06))
        canvas.line(
            "M0 26V-140M0 -20L-44 -50M0 -20L44 -50M0 -70L-30 -100M0 -70L30 -100", shade(GREEN, 0.34), 4, opacity=0.7
        )
        canvas.end()


def _snake(canvas: Canvas, x: float, y: float) -> None:
    for dx, tall, lean in ((-58, 230, -14), (60, 250, 13), (-24, 320, -5), (28, 300, 5), (0, 200, 0)):
        canvas.begin(move=f"translate({x + dx:g} {y + 16:g}) rotate({lean})")
        blade = f"M-24 0C-34 {-tall * 0.5:g} -22 {-tall * 0.8:g} 0 {-tall}C22 {-tall * 0.8:g} 34 {-tall * 0.5:g} 24 0Z"
        canvas.path(blade, shade(GREEN, 0.34))
        canvas.path(
            f"M-15 0C-24 {-tall * 0.5:g} -14 {-tall * 0.76:g} 0 {-tall * 0.93:g}C14 {-tall * 0.76:g} 24 {-tall * 0.5:g} 15 0Z",
            canvas.round(GREEN),
        )
        canvas.line(
            f"M-14 {-tall * 0.3:g}q14 -12 28 0M-15 {-tall * 0.5:g}q14 -12 29 0M-12 {-tall * 0.7:g}q12 -10 24 0",
            shade(GREEN, -0.25),
            5,
            opacity=0.5,
        )
        canvas.end()


def _cactus(canvas: Canvas, x: float, y: float) -> None:
    for px, py, r, tall in ((x, y + 20, 70, 250), (x - 96, y - 90, 30, 90), (x + 92, y - 60, 32, 110)):
        if px != x:
            canvas.line(f"M{x:g} {py:g}H{px:g}", GREEN, 46)
        canvas.rect(px - r, py - tall, 2 * r, tall, canvas.round(GREEN), r=r)
        for i in (-1, 0, 1):
            canvas.line(
                f"M{px + i * r * 0.5:g} {py - tall + r:g}V{py - 14:g}", shade(GREEN, 0.4), 4, dash="1 18", opacity=0.9
            )
    for dx, dy in ((0, -232), (-96, -180), (92, -170)):
        canvas.circle(x + dx, y + dy, 15, "#e58a72")
        canvas.circle(x + dx - 3, y + dy - 3, 6, "#ffd9a8")


def _olive(canvas: Canvas, x: float, y: float) -> None:
    canvas.line(f"M{x:g} {y + 10:g}C{x - 12:g} {y - 80:g} {x + 14:g} {y - 120:g} {x:g} {y - 190:g}", "#8a6a50", 16)
    for i in range(34):  # a crown filled as a sunflower is: each leaf a golden angle on, a little farther out
        angle, out = radians(i * 137.5), 118 * ((i + 0.5) / 34) ** 0.5
        px, py = x + out * sin(angle), y - 215 - out * cos(angle) * 0.85
        leaf(canvas, px, py + 24, 66, 15, round(out * sin(angle) * 0.5), shade("#7c9475", (i % 3 - 1) * 0.11))
    for dx, dy in ((-50, -170), (40, -210), (70, -150), (-10, -240)):
        canvas.ellipse(x + dx, y + dy, 9, 12, "#4f4a3a")


def _trailing(canvas: Canvas, x: float, y: float) -> None:
    for i, dx in enumerate((-168, -128, 124, 170)):
        deep = (140, 230, 250, 160)[i]
        canvas.line(f"M{x + dx * 0.5:g} {y:g}Q{x + dx:g} {y - 30:g} {x + dx:g} {y + deep:g}", shade(GREEN, -0.1), 5)
        for k in range(deep // 34):
            for side in (-64, 64):
                leaf(canvas, x + dx, y + 26 + k * 36, 34, 14, 180 + side, shade(GREEN, 0.1 if side > 0 else -0.05))
    for i in range(9):
        leaf(canvas, x - 90 + i * 22, y + 8, 64, 20, -60 + i * 15, shade(GREEN, 0.12 * (i % 2)))


PLANTS = {"tapered": _monstera, "round": _snake, "ribbed": _olive, "low": _cactus}


def planter(facts: Facts) -> Canvas:
    if facts.style == "hanging":
        canvas = Canvas(facts, halo="circle", floor=False)
        canvas.line("M400 0V90M400 90L270 330M400 90L530 330", shade(facts.accent, -0.1), 7)
        canvas.path(lathe(400, (136, 330), [(150, 420, 110, 490, 50, 494)], sag=8, lip=20), canvas.round(facts.colour))
        _trailing(canvas, 400, 346)
        return canvas
    canvas = Canvas(facts, halo="arch" if facts.style in ("tapered", "ribbed") else "circle")
    k = 0.82 + 0.16 * facts.size
    canvas.shadow(400, FLOOR + 4, 140 * k)
    canvas.begin(move=f"translate(400 {FLOOR}) scale({k:g}) translate(-400 -{FLOOR})")
    top, radius, profile = {
        "tapered": (464, 132, [(132, 520, 104, 620, 92, FLOOR)]),
        "round": (470, 110, [(170, 520, 168, 640, 90, FLOOR)]),
        "ribbed": (450, 122, [(130, 520, 124, 600, 106, FLOOR)]),
        "low": (520, 170, [(176, 570, 160, 640, 130, FLOOR)]),
    }[facts.style]
    canvas.ellipse(400, top, radius, radius * 0.17, "#4d382c")
    PLANTS[facts.style](canvas, 400, top)
    body = lathe(400, (radius, top), profile, sag=9, lip=radius * 0.17)
    canvas.path(body, canvas.round(facts.colour))
    canvas.begin(clip=body)
    if facts.style == "ribbed":
        for i in range(11):
            canvas.rect(270 + i * 25, 440, 6, 230, shade(facts.colour, -0.3), opacity=0.35)
    elif facts.style == "tapered":
        canvas.path(f"M200 {top}H600V{top + 52}Q400 {top + 88} 200 {top + 52}Z", shade(facts.colour, 0.2), opacity=0.7)
    elif facts.style == "low":
        canvas.line("M210 590Q300 560 400 600T600 590", shade(facts.colour, 0.5), 9, opacity=0.6)
    canvas.end()
    canvas.ellipse(400 - radius * 0.66, top + 90, 9, 44, "#fffaf2", opacity=0.35)
    canvas.line(f"M{400 - radius} {top}Q400 {top + radius * 0.34:g} {400 + radius} {top}", shade(facts.colour, 0.32), 6)
    canvas.end()
    return canvas


def watering_can(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="sun")
    canvas.shadow(400, FLOOR + 4, 190)
    canvas.line("M430 420C560 220 640 420 520 600", shade(facts.accent, -0.05), 17)
    canvas.line("M428 418C556 224 632 420 516 594", shade(facts.accent, 0.4), 4, opacity=0.7)
    canvas.path("M300 600C230 560 210 430 128 300L152 288C240 390 250 470 330 500Z", canvas.round(facts.colour))
    canvas.ellipse(140, 294, 16, 8, shade(facts.colour, -0.5), more=' transform="rotate(-26 140 294)"')
    canvas.path(lathe(410, (96, 430), [(110, 520, 140, 580, 140, FLOOR)], sag=9, lip=16), canvas.round(facts.colour))
    canvas.ellipse(410, 430, 96, 18, shade(facts.colour, -0.45))
    canvas.line("M314 430Q410 466 506 430", shade(facts.colour, 0.35), 5)
    canvas.ellipse(330, 560, 9, 50, "#fffaf2", opacity=0.5)
    return canvas


KINDS = {"planter": planter, "watering_can": watering_can}
