"""What is on the table: mugs, plates, bowls, pots, glasses, boards."""

from portico.app.demo.art.paint import FLOOR, Canvas, Facts, lathe, shade


def _steam(canvas: Canvas, x: float, y: float) -> None:
    for dx, tall in ((-44, 96), (4, 124), (50, 92)):
        canvas.line(f"M{x + dx:g} {y:g}c-22 {-tall * 0.3:g} 22 {-tall * 0.5:g} 2 {-tall:g}", "#ffffff", 9, opacity=0.5)


def mug(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="sun")
    k = 0.74 + 0.2 * facts.size
    canvas.shadow(400, FLOOR + 2, 165 * k)
    canvas.begin(move=f"translate(400 {FLOOR}) scale({k:g}) translate(-400 -{FLOOR})")
    handle = {
        "round": "M540 440C690 410 690 610 528 596",
        "tall": "M536 400C670 390 670 570 536 566",
        "cup": "M560 450C680 430 660 560 540 556",
    }
    canvas.line(handle[facts.style], shade(facts.colour, -0.2), 40)
    canvas.line(handle[facts.style], shade(facts.colour, 0.04), 26)
    top, radius, profile = {
        "round": (380, 150, [(176, 460, 190, 590, 130, 640), (122, 656, 110, FLOOR, 98, FLOOR)]),
        "tall": (320, 138, [(140, 430, 140, 560, 134, 640), (132, 654, 122, FLOOR, 116, FLOOR)]),
        "cup": (420, 172, [(172, 500, 140, 610, 84, 640), (80, 650, 80, FLOOR, 74, FLOOR)]),
    }[facts.style]
    body = lathe(400, (radius, top), profile, sag=9, lip=30)
    _steam(canvas, 400, top - 40)
    canvas.ellipse(400, top, radius, 30, shade(facts.colour, -0.3))
    canvas.ellipse(400, top + 7, radius - 13, 21, "#5b3a29")
    canvas.ellipse(372, top + 5, radius * 0.4, 8, "#8a5f45")
    canvas.path(body, canvas.round(facts.colour))
    canvas.begin(clip=body)
    if facts.style == "round":  # dipped: the bare clay shows below
        canvas.path("M180 590Q300 562 400 588T640 580V700H180Z", canvas.round("#c9a482"))
    elif facts.style == "tall":
        for y in (430, 470):
            canvas.line(
                f"M240 {y}Q400 {y + 58} 560 {y}", shade(facts.colour, 0.55 if y == 430 else 0.3), 12, opacity=0.8
            )
    canvas.end()
    canvas.ellipse(400 - radius * 0.62, top + 120, 11, 60, "#fffdf8", opacity=0.45)
    canvas.line(f"M{400 - radius} {top}Q400 {top + 60} {400 + radius} {top}", shade(facts.colour, 0.34), 6)
    canvas.end()
    return canvas


def _disc(canvas: Canvas, x: float, y: float, rx: float, colour: str) -> None:
    """A plate seen from the table's edge."""
    ry = rx * 0.36
    canvas.ellipse(x, y + rx * 0.06, rx, ry, shade(colour, -0.3))
    canvas.ellipse(x, y, rx, ry, canvas.flat(colour))
    canvas.ellipse(x, y + 4, rx * 0.68, ry * 0.66, canvas.flat(shade(colour, -0.07)))
    canvas.ellipse(x - rx * 0.1, y + 1, rx * 0.58, ry * 0.54, shade(colour, 0.14), opacity=0.55)


def plate(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="arch" if facts.style == "stack" else "none")
    if facts.style == "stack":
        canvas.shadow(400, 664, 250, 52)
        for i in range(4):
            _disc(canvas, 400, 620 - i * 34, 240 - i * 9, facts.colour if i % 2 == 0 else facts.accent)
        return canvas
    rx = 200 + 60 * facts.size
    canvas.shadow(400, 640, rx * 0.8, 50)
    # One plate stands behind, leaning, so that its face is seen.
    canvas.ellipse(424, 384, rx * 0.98, rx * 0.98, canvas.glow(shade(canvas.ground, -0.7), 0.35))
    canvas.circle(400, 380, rx, canvas.flat(facts.colour))
    canvas.circle(400, 380, rx * 0.93, shade(facts.colour, 0.12), opacity=0.6)
    canvas.circle(404, 384, rx * 0.66, canvas.flat(shade(facts.colour, -0.08)))
    canvas.circle(400, 380, rx * 0.62, canvas.flat(facts.colour))
    if facts.style == "rim":
        canvas.add(
            "circle", f'cx="400" cy="380" r="{rx - 7:g}"', "none", 1, f' stroke="{facts.accent}" stroke-width="12"'
        )
    canvas.path(
        f"M{400 - rx * 0.75:g} 300Q{400 - rx * 0.5:g} 190 {400 - rx * 0.1:g} 170",
        "none",
        more=' stroke="#fffdf8" stroke-width="14" stroke-linecap="round" opacity=".5"',
    )
    return canvas


def bowl(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="circle")
    k = 0.8 + 0.2 * facts.size
    canvas.shadow(400, FLOOR + 2, 170 * k)
    canvas.begin(move=f"translate(400 {FLOOR}) scale({k:g}) translate(-400 -{FLOOR})")
    canvas.ellipse(400, 440, 246, 58, shade(facts.colour, -0.34))
    for x, y, r, tone in ((300, 424, 70, "#d9913f"), (420, 396, 78, "#e0a04c"), (516, 430, 62, "#cf7f35")):
        canvas.circle(x, y, r, canvas.ball(tone))
    leaf_tone = "#6f8a68"
    canvas.path("M420 318C452 288 500 292 512 312C486 332 448 338 420 318Z", leaf_tone)
    canvas.path("M420 318C452 288 500 292 512 312C480 308 450 312 420 318Z", shade(leaf_tone, 0.2))
    body = lathe(400, (246, 440), [(240, 560, 150, 640, 92, 646), (90, 652, 90, FLOOR, 86, FLOOR)], sag=8, lip=58)
    canvas.path(body, canvas.round(facts.colour))
    canvas.begin(clip=body)
    canvas.line("M150 500Q400 620 650 500", shade(facts.colour, 0.4), 10, opacity=0.6)
    canvas.end()
    canvas.line("M154 440Q400 556 646 440", shade(facts.colour, 0.3), 7)
    canvas.end()
    return canvas


def pot(facts: Facts) -> Canvas:
    """A teapot or a carafe."""
    canvas = Canvas(facts, halo="circle" if facts.style == "teapot" else "arch")
    canvas.shadow(400, FLOOR + 2, 170)
    if facts.style == "carafe":
        water = canvas.gradient([(0, "#dcecec"), (0.3, "#f3fafa"), (1, "#a9c6c8")], (0, 0, 1, 0))
        body = lathe(400, (58, 250), [(50, 330, 44, 390, 84, 450), (150, 520, 150, 640, 118, FLOOR)], sag=10, lip=10)
        canvas.path(body, water, opacity=0.62)
        canvas.begin(clip=body)
        canvas.path("M240 480Q400 508 560 480V690H240Z", canvas.round(facts.colour), opacity=0.42)
        canvas.end()
        canvas.ellipse(338, 560, 10, 60, "#ffffff", opacity=0.75)
        canvas.line("M342 250Q400 270 458 250", "#ffffff", 6, opacity=0.9)
        canvas.circle(400, 214, 48, canvas.ball("#c39468"))
        return canvas
    canvas.line("M236 470C120 430 120 640 268 600", shade(facts.accent, -0.1), 24)
    canvas.line("M236 466C126 430 126 630 264 594", shade(facts.accent, 0.25), 6, opacity=0.7)
    canvas.path(
        "M540 580C620 570 610 450 676 420L706 440C676 500 670 620 556 630Z", canvas.round(shade(facts.colour, -0.08))
    )
    canvas.path(
        lathe(400, (96, 424), [(190, 440, 210, 560, 170, 630), (160, 650, 130, FLOOR, 110, FLOOR)], sag=8, lip=-10),
        canvas.round(facts.colour),
    )
    canvas.path("M296 424Q400 360 504 424Q400 452 296 424Z", canvas.round(shade(facts.colour, 0.06)))
    canvas.circle(400, 372, 22, canvas.ball(facts.accent))
    canvas.ellipse(304, 530, 14, 58, "#fffdf8", opacity=0.42)
    return canvas


def glass(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="sun")
    for x, k in ((520, 0.86), (320, 1.0)):
        canvas.shadow(x, FLOOR + 2, 92 * k)
        canvas.begin(move=f"translate({x} {FLOOR}) scale({k:g}) translate(-400 -{FLOOR})")
        body = lathe(400, (112, 380), [(116, 480, 108, 600, 96, FLOOR)], sag=10, lip=20)
        canvas.path(body, canvas.round(shade(facts.colour, 0.3)), opacity=0.5)
        canvas.begin(clip=body)
        canvas.path("M270 450Q400 490 530 450V690H270Z", canvas.round(facts.colour), opacity=0.62)
        for i in range(7):
            canvas.rect(300 + i * 33, 500, 4, 170, "#ffffff", opacity=0.28)
        canvas.end()
        canvas.ellipse(400, 380, 112, 20, "#ffffff", opacity=0.28)
        canvas.line("M288 380Q400 420 512 380", "#ffffff", 5, opacity=0.85)
        canvas.ellipse(330, 520, 8, 78, "#ffffff", opacity=0.6)
        canvas.end()
    return canvas


def board(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="circle", floor=False)
    canvas.begin(turn=24, at=(400, 400))
    outline = "M270 250Q270 196 324 196H356V116Q356 76 400 76T444 116V196H476Q530 196 530 250V640Q530 700 470 700H330Q270 700 270 640Z"
    canvas.begin(move="translate(16 18)")
    canvas.path(outline, shade(canvas.ground, -0.4), opacity=0.22)
    canvas.end()
    canvas.path(outline, canvas.flat(facts.colour))
    canvas.begin(clip=outline)
    for i in range(8):
        x = 286 + i * 33
        canvas.line(f"M{x} 60C{x + 14} 260 {x - 14} 460 {x + 6} 720", shade(facts.colour, -0.22), 3, opacity=0.5)
    canvas.end()
    canvas.circle(400, 128, 17, canvas.ground)
    canvas.end()
    return canvas


KINDS = {"mug": mug, "plate": plate, "bowl": bowl, "pot": pot, "glass": glass, "board": board}
