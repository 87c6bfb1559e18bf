"""Soft things: cushions, throws, linen, towels, rugs, and fabric from the bolt."""

from portico.app.demo.art.paint import FLOOR, Canvas, Facts, shade


def _pattern(canvas: Canvas, style: str, colour: str, accent: str) -> None:
    """What is woven or printed on a surface of about 180..620."""
    if style == "stripe":
        for i in range(6):
            canvas.rect(196 + i * 74, 120, 26 if i % 2 else 12, 560, accent, opacity=0.75)
    elif style == "check":
        for i in range(6):
            canvas.rect(184 + i * 80, 120, 34, 560, accent, opacity=0.36)
            canvas.rect(140, 176 + i * 80, 520, 34, accent, opacity=0.36)
    elif style == "dots":
        for row in range(7):
            for column in range(7):
                canvas.circle(180 + column * 74 + (row % 2) * 37, 180 + row * 70, 11, accent, opacity=0.85)
    elif style == "leaf":
        for row in range(4):
            for column in range(4):
                x, y = 210 + column * 118 + (row % 2) * 50, 250 + row * 112
                canvas.path(f"M{x} {y}q34 -18 34 -66q-40 12 -34 66q-34 -18 -34 -66q40 12 34 66Z", accent, opacity=0.8)
    elif style == "arches":
        for row in range(3):
            for column in range(4):
                x, y = 174 + column * 122, 300 + row * 142
                for r, tone in ((52, 0.9), (34, 0.0), (16, 0.9)):
                    paint = accent if tone else colour
                    canvas.path(f"M{x + 56 - r} {y}v-30a{r} {r} 0 0 1 {2 * r} 0v30Z", paint, opacity=0.85)
    elif style == "rib":
        for i in range(14):
            canvas.rect(172 + i * 34, 120, 9, 560, shade(colour, -0.22), opacity=0.4)


def cushion(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="arch" if facts.style in ("arches", "leaf") else "circle")
    canvas.shadow(404, 640, 235, 46, strength=0.45)
    k = 0.9 + 0.1 * facts.size
    canvas.begin(move=f"translate(400 640) scale({k:g}) rotate(-4) translate(-400 -640)")
    outline = "M182 196C156 168 190 150 222 164Q400 196 578 164C610 150 644 168 618 196Q592 400 626 604C642 640 610 662 576 642Q400 614 224 642C190 662 158 640 174 604Q208 400 182 196Z"
    canvas.path(outline, canvas.flat(facts.colour))
    canvas.begin(clip=outline)
    _pattern(canvas, facts.style, facts.colour, facts.accent)
    canvas.ellipse(350, 350, 250, 220, canvas.glow(shade(facts.colour, 0.4), 0.55))
    canvas.path(
        "M640 150Q560 420 650 660L560 650Q400 600 220 650L160 690H700V150Z", shade(facts.colour, -0.6), opacity=0.16
    )
    canvas.end()
    canvas.line("M206 190Q228 400 200 606M206 190Q400 222 594 190", shade(facts.colour, 0.3), 3, opacity=0.6)
    for x, y, d in (
        (212, 194, "q26 22 52 24"),
        (588, 194, "q-26 22 -52 24"),
        (204, 610, "q26 -20 54 -22"),
        (596, 610, "q-26 -20 -54 -22"),
    ):
        canvas.line(f"M{x} {y}{d}", shade(facts.colour, -0.28), 5, opacity=0.5)
    canvas.end()
    return canvas


def _fold(canvas: Canvas, y: int, height: int, colour: str, *, x: int = 180, wide: int = 440) -> None:
    """One folded layer: a round edge in front, its upper side seen."""
    canvas.rect(x, y, wide, height, canvas.fall(colour), r=height * 0.36)
    canvas.line(f"M{x + height / 2:g} {y + height * 0.52:g}H{x + wide - 26}", shade(colour, -0.24), 4, opacity=0.5)
    canvas.line(f"M{x + height / 2:g} {y + 9}H{x + wide - 40}", shade(colour, 0.45), 5, opacity=0.5)


def throw(facts: Facts) -> Canvas:
    """A blanket, folded, with one end hanging down over the pile."""
    canvas = Canvas(facts, halo="circle")
    canvas.shadow(400, 664, 260, 48, strength=0.45)
    for i in range(3):
        _fold(canvas, 572 - i * 84, 88, facts.colour)
    flap = "M250 404Q256 396 290 396H470Q498 396 498 410V590H250Z"
    canvas.path(flap, canvas.flat(shade(facts.colour, 0.04)))
    canvas.begin(clip=flap)
    if facts.style == "stripe":
        for y in (470, 506, 542):
            canvas.rect(240, y, 270, 16, facts.accent, opacity=0.85)
    elif facts.style == "check":
        for i in range(5):
            canvas.rect(262 + i * 52, 390, 20, 210, facts.accent, opacity=0.4)
            canvas.rect(240, 412 + i * 40, 270, 16, facts.accent, opacity=0.4)
    else:
        for i in range(8):
            x = 262 + i * 32
            canvas.line(f"M{x} 400q16 24 0 48t0 48t0 48t0 48", shade(facts.colour, -0.22), 6, opacity=0.55)
    canvas.end()
    for i in range(13):
        canvas.line(f"M{256 + i * 20} 590l{-4 if i % 2 else 3} 34", shade(facts.colour, -0.06), 8)
    canvas.path("M498 410V590H520V430Z", shade(facts.colour, -0.5), opacity=0.2)
    return canvas


def linen(facts: Facts) -> Canvas:
    """Bed linen: a folded set tied with a ribbon."""
    canvas = Canvas(facts, halo="arch")
    canvas.shadow(400, 668, 280, 50, strength=0.45)
    tones = (facts.colour, shade(facts.colour, 0.16), facts.accent, facts.colour)
    for i, tone in enumerate(tones):
        _fold(canvas, 596 - i * 72, 76, tone, x=160 + i * 8, wide=480 - i * 16)
    canvas.path("M372 378H428V674H372Z", shade(facts.accent, -0.14), opacity=0.9)
    canvas.path("M372 378H390V674H372Z", shade(facts.accent, 0.2), opacity=0.6)
    canvas.path(
        "M400 372C330 312 300 340 306 366S356 392 400 376C444 392 488 392 494 366S470 312 400 372Z",
        shade(facts.accent, -0.1),
    )
    canvas.circle(400, 374, 15, shade(facts.accent, -0.24))
    return canvas


def towel(facts: Facts) -> Canvas:
    """Towels: a rolled one on two folded ones, or a kitchen towel on its hook."""
    if facts.style == "kitchen":
        canvas = Canvas(facts, halo="circle", floor=False)
        canvas.line("M400 96a22 22 0 1 1 22 22q-22 0 -22 30", shade(facts.accent, -0.3), 9)
        cloth = "M400 150C330 190 270 210 262 250L236 680Q320 706 400 690T566 680L538 250C530 210 470 190 400 150Z"
        canvas.begin(move="translate(16 14)")
        canvas.path(cloth, shade(canvas.ground, -0.4), opacity=0.2)
        canvas.end()
        canvas.path(cloth, canvas.flat(facts.colour))
        canvas.begin(clip=cloth)
        for x in (286, 306, 486, 506):
            canvas.line(f"M400 150Q{x} 300 {x - 6} 700", facts.accent, 9, opacity=0.8)
        canvas.line("M330 690Q372 400 396 170M470 690Q424 420 404 170", shade(facts.colour, -0.35), 12, opacity=0.25)
        canvas.end()
        return canvas
    canvas = Canvas(facts, halo="circle")
    canvas.shadow(400, 668, 270, 48, strength=0.45)
    for i in range(2):
        _fold(canvas, 580 - i * 88, 92, facts.colour if i == 0 else facts.accent, x=170, wide=460)
    canvas.rect(230, 356, 340, 140, canvas.fall(facts.colour), r=70)
    canvas.ellipse(512, 426, 58, 70, shade(facts.colour, -0.12))
    canvas.line("M512 426m0 -8a14 18 0 1 1 -12 20a30 36 0 1 1 26 26", shade(facts.colour, 0.28), 7)
    for x in (276, 296, 316):
        canvas.line(f"M{x} 364q-14 62 0 126", facts.accent, 8, opacity=0.85)
    return canvas


def rug(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="none", floor=False)
    outline = "M176 150H624V650H176Z"
    canvas.begin(move=f"rotate(-7 400 400) translate(400 400) scale({0.6 + 0.4 * facts.size:g}) translate(-400 -400)")
    canvas.rect(190, 168, 448, 500, shade(canvas.ground, -0.4), opacity=0.25)
    for i in range(19):
        x = 184 + i * 24
        canvas.line(f"M{x} 152v-30M{x} 648v30", shade(facts.colour, 0.3), 6)
    canvas.path(outline, canvas.flat(facts.colour))
    canvas.begin(clip=outline)
    if facts.style == "border":
        for inset, tone in ((26, facts.accent), (44, facts.colour), (58, shade(facts.colour, 0.3)), (66, facts.colour)):
            canvas.rect(176 + inset, 150 + inset, 448 - 2 * inset, 500 - 2 * inset, tone)
        for i in range(3):
            y = 290 + i * 110
            canvas.path(f"M400 {y - 52}L464 {y}L400 {y + 52}L336 {y}Z", facts.accent)
            canvas.path(f"M400 {y - 24}L430 {y}L400 {y + 24}L370 {y}Z", shade(facts.colour, 0.3))
    else:
        for i, y in enumerate((180, 226, 290, 400, 512, 560, 606)):
            canvas.rect(176, y, 448, 14 if i % 2 else 26, facts.accent if i % 3 else shade(facts.colour, 0.3))
        for i in range(9):
            canvas.path(f"M{190 + i * 50} 384l22 -30l22 30l-22 30Z", shade(facts.accent, -0.1))
    canvas.path("M176 150H400L240 650H176Z", "#fff8ea", opacity=0.1)
    canvas.end()
    canvas.end()
    return canvas


def fabric(facts: Facts) -> Canvas:
    """Fabric from the bolt: a roll lying, its end drawn out towards us."""
    canvas = Canvas(facts, halo="sun")
    canvas.shadow(400, FLOOR + 40, 290, 50, strength=0.4)
    sheet = "M176 470H600L650 726Q420 752 150 726Z"
    canvas.path(sheet, canvas.fall(facts.colour))
    canvas.begin(clip=sheet)
    if facts.style == "stripe":
        for i in range(9):
            canvas.path(f"M{190 + i * 46} 460L{166 + i * 54} 760h18L{206 + i * 46} 460Z", facts.accent, opacity=0.8)
    elif facts.style == "leaf":
        for row in range(3):
            for column in range(7):
                x, y = 190 + column * 66 + (row % 2) * 33, 560 + row * 76
                canvas.path(
                    f"M{x} {y}q22 -12 22 -44q-26 8 -22 44q-22 -12 -22 -44q26 8 22 44Z", facts.accent, opacity=0.85
                )
    else:
        for x in (240, 340, 470, 570):
            canvas.line(f"M{x} 540Q{x + 14} 640 {x - 4} 740", shade(facts.colour, -0.26), 16, opacity=0.25)
    canvas.end()
    canvas.rect(
        150,
        370,
        480,
        170,
        canvas.gradient(
            [(0, shade(facts.colour, 0.1)), (0.3, shade(facts.colour, 0.26)), (1, shade(facts.colour, -0.3))],
            (0, 0, 0, 1),
        ),
        r=20,
    )
    if facts.style == "stripe":
        for i in range(9):
            canvas.rect(184 + i * 47, 372, 17, 166, facts.accent, opacity=0.75)
    canvas.ellipse(628, 455, 42, 85, shade(facts.colour, -0.14))
    for r in (0.78, 0.56):
        canvas.ellipse(628, 455, 42 * r, 85 * r, "none", more=f' stroke="{shade(facts.colour, 0.22)}" stroke-width="5"')
    canvas.ellipse(628, 455, 15, 30, "#b98b5d")
    canvas.ellipse(630, 455, 8, 18, "#6d4a30")
    return canvas


KINDS = {"cushion": cushion, "throw": throw, "linen": linen, "towel": towel, "rug": rug, "fabric": fabric}
