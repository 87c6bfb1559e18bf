"""Vases with something in them, bowls to look at, mirrors and clocks: what stands or hangs for its looks."""

from math import cos, radians, sin

from portico.app.demo.art.paint import FLOOR, Canvas, Facts, lathe, leaf, shade, stem

GREEN, STRAW, BLUSH = "#6f8a68", "#d9b98a", "#dc8f80"

PROFILES = {
    "bottle": (34, 300, [(30, 360, 34, 400, 62, 440), (128, 500, 132, 620, 82, 660)]),
    "amphora": (66, 330, [(44, 360, 50, 380, 96, 416), (158, 470, 118, 620, 64, 660)]),
    "cylinder": (92, 352, [(96, 440, 96, 560, 92, 648), (92, 656, 84, 660, 80, 660)]),
    "moon": (42, 360, [(42, 376, 150, 398, 158, 510), (158, 600, 110, 660, 70, 660)]),
    "tulip": (96, 360, [(70, 440, 66, 480, 92, 540), (118, 600, 96, 660, 62, 660)]),
    "bud": (24, 420, [(22, 480, 26, 510, 52, 536), (92, 572, 92, 650, 60, 660)]),
}


def _eucalyptus(canvas: Canvas, x: float, top: float) -> None:
    for tx, ty, lean in ((x - 110, top - 190, -28), (x + 30, top - 240, 6), (x + 130, top - 150, 36)):
        stem(canvas, x, top + 60, (tx, ty), shade(GREEN, -0.15), 5)
        for i in range(5):
            share = 0.34 + i * 0.155
            bend = x + (tx - x) * share * share * 1.0
            y = top + 60 + (ty - top - 60) * share
            leaf(canvas, bend, y, 56 - i * 4, 21, lean - 58, GREEN)
            leaf(canvas, bend, y, 56 - i * 4, 21, lean + 58, shade(GREEN, -0.1))
        leaf(canvas, tx, ty, 44, 16, lean, GREEN)


def _pampas(canvas: Canvas, x: float, top: float) -> None:
    for tx, ty, lean in ((x - 120, top - 150, -22), (x + 4, top - 210, 2), (x + 128, top - 140, 24)):
        stem(canvas, x, top + 60, (tx, ty + 110), shade(STRAW, -0.2), 4)
        canvas.begin(move=f"translate({tx:g} {ty + 120:g}) rotate({lean})")
        canvas.path("M0 10C44 -20 52 -120 6 -190C-50 -120 -40 -20 0 10Z", canvas.round(STRAW))
        for i in range(4):
            canvas.line(
                f"M0 {-6 - i * 36}q-16 -16 -22 -42M0 {-6 - i * 36}q16 -16 22 -42", shade(STRAW, 0.4), 3, opacity=0.7
            )
        canvas.end()


def _tulips(canvas: Canvas, x: float, top: float) -> None:
    for tx, ty, lean, tone in ((x - 96, top - 104, -18, 0.0), (x + 92, top - 90, 20, -0.1), (x - 4, top - 160, 0, 0.1)):
        stem(canvas, x, top + 50, (tx, ty), GREEN, 8)
        petal = shade(BLUSH, tone)
        canvas.begin(move=f"translate({tx:g} {ty:g}) rotate({lean})")
        canvas.path(
            "M-40 -84C-52 -20 -30 8 0 8S52 -20 40 -84C24 -66 16 -60 0 -92C-16 -60 -24 -66 -40 -84Z", canvas.round(petal)
        )
        canvas.path("M0 -92C-24 -60 -24 -20 0 8C24 -20 24 -60 0 -92Z", shade(petal, 0.14))
        canvas.end()
    leaf(canvas, x - 12, top + 36, 150, 26, -32, GREEN)
    leaf(canvas, x + 12, top + 36, 140, 24, 36, shade(GREEN, -0.1))


def _branch(canvas: Canvas, x: float, top: float) -> None:
    brown = "#7d5f4b"
    canvas.line(
        f"M{x:g} {top + 40:g}C{x - 6:g} {top - 60:g} {x + 40:g} {top - 120:g} {x + 96:g} {top - 210:g}", brown, 7
    )
    canvas.line(
        f"M{x + 12:g} {top - 60:g}C{x - 30:g} {top - 120:g} {x - 60:g} {top - 140:g} {x - 92:g} {top - 180:g}", brown, 5
    )
    blossoms = (
        (96, -210),
        (62, -160),
        (88, -130),
        (30, -96),
        (-92, -180),
        (-60, -136),
        (-22, -110),
        (40, -190),
        (-100, -132),
    )
    for i, (dx, dy) in enumerate(blossoms):
        for petal in range(5):
            angle = radians(petal * 72 + i * 25)
            canvas.circle(
                x + dx + 11 * cos(angle), top + dy + 11 * sin(angle), 10, shade("#f2b9ae", 0.25 if i % 2 else 0.0)
            )
        canvas.circle(x + dx, top + dy, 6, "#d98a54")


FILLED = {
    "bottle": _eucalyptus,
    "amphora": _pampas,
    "cylinder": _tulips,
    "moon": _branch,
    "tulip": _tulips,
    "bud": _branch,
}


def vase(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="arch" if facts.style in ("amphora", "bottle") else "circle")
    radius, top, profile = PROFILES[facts.style]
    scale = 0.86 + 0.14 * facts.size
    canvas.shadow(400, FLOOR + 4, max(one[4] for one in profile) * 1.05 * scale)
    canvas.begin(move=f"translate(400 {FLOOR}) scale({scale:g}) translate(-400 -{FLOOR})")
    canvas.ellipse(400, top, radius, radius * 0.2, shade(facts.colour, -0.5))
    FILLED[facts.style](canvas, 400, top)
    body = lathe(400, (radius, top), profile, sag=8, lip=radius * 0.2)
    canvas.path(body, canvas.round(facts.colour))
    canvas.begin(clip=body)
    if facts.style in ("bottle", "amphora"):
        canvas.rect(200, 590, 400, 90, shade(facts.colour, -0.28), opacity=0.32)
    if facts.style == "cylinder":
        for i in range(7):
            canvas.rect(308 + i * 29, 330, 6, 340, shade(facts.colour, -0.3), opacity=0.28)
    if facts.style in ("moon", "tulip"):
        canvas.path("M200 470C300 520 380 400 620 470V700H200Z", shade(facts.colour, 0.36), opacity=0.4)
    canvas.end()
    canvas.ellipse(400 - max(one[4] for one in profile) * 0.5, 520, 9, 58, "#fffaf2", opacity=0.4)
    canvas.line(f"M{400 - radius} {top}Q400 {top + radius * 0.4:g} {400 + radius} {top}", shade(facts.colour, 0.3), 5)
    canvas.end()
    return canvas


def mirror(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="none", floor=False)
    dark = canvas.glow(shade(canvas.ground, -0.7), 0.4)
    glass = canvas.gradient([(0, "#f4f8f8"), (0.5, "#d5e2e4"), (1, "#b7c9cd")], (0, 0, 1, 1))
    if facts.style == "arch":
        canvas.ellipse(426, 420, 260, 350, dark)
        canvas.path("M210 700V320a190 190 0 0 1 380 0V700Z", canvas.round(facts.colour))
        canvas.path("M228 682V322a172 172 0 0 1 344 0V682Z", glass)
        canvas.path("M250 560L480 180Q520 210 540 246L250 700Z", "#ffffff", opacity=0.35)
        return canvas
    canvas.circle(420, 426, 330, dark)
    canvas.circle(400, 390, 256, canvas.round(facts.colour))
    canvas.circle(400, 390, 234, glass)
    canvas.path("M208 460L470 166Q530 184 566 226L290 596Q236 546 208 460Z", "#ffffff", opacity=0.35)
    return canvas


def clock(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="none", floor=False)
    canvas.circle(424, 430, 320, canvas.glow(shade(canvas.ground, -0.7), 0.42))
    canvas.circle(400, 390, 242, canvas.round(facts.colour))
    canvas.circle(400, 390, 212, canvas.flat(shade(facts.colour, 0.72)))
    ink = shade(facts.colour, -0.55)
    for hour in range(12):
        a = radians(hour * 30)
        inner = 168 if hour % 3 else 152
        canvas.line(
            f"M{400 + inner * sin(a):.0f} {390 - inner * cos(a):.0f}L{400 + 186 * sin(a):.0f} {390 - 186 * cos(a):.0f}", ink,
            5 if hour % 3 else 9,
        )  # fmt: skip
    canvas.line("M400 390L318 330", ink, 13)
    canvas.line("M400 390L470 262", ink, 9)
    canvas.circle(400, 390, 15, facts.accent)
    return canvas


KINDS = {"vase": vase, "mirror": mirror, "clock": clock}
