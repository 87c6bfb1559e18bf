"""Lamps: on tables, on floors, from ceilings; lit, because that is what one buys."""

from portico.app.demo.art.paint import FLOOR, Canvas, Facts, lathe, shade

WARM = "#ffdf9a"


def _shade_of_cloth(
    canvas: Canvas, x: float, top: float, bottom: float, r_top: float, r_bottom: float, colour: str
) -> None:
    """A drum or cone of fabric with the lamp burning inside it."""
    canvas.ellipse(x, bottom + 10, r_bottom * 2.1, 150, canvas.glow(WARM, 0.55))
    canvas.path(
        lathe(x, (r_top, top), [(r_top, top, r_bottom, bottom, r_bottom, bottom)], sag=16, lip=-7), canvas.round(colour)
    )
    canvas.ellipse(x - r_bottom * 0.1, bottom - 40, r_bottom * 0.75, (bottom - top) * 0.62, canvas.glow(WARM, 0.6))
    canvas.line(
        f"M{x - r_bottom:g} {bottom:g}Q{x:g} {bottom + 32:g} {x + r_bottom:g} {bottom:g}", shade(colour, -0.16), 5
    )


def table_lamp(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="arch" if facts.style == "column" else "circle")
    canvas.shadow(400, FLOOR + 6, 120)
    if facts.style == "mushroom":
        canvas.ellipse(400, 420, 330, 210, canvas.glow(WARM, 0.6))
        body = lathe(400, (40, 360), [(40, 480, 48, 590, 108, 640), (114, 648, 112, FLOOR, 100, FLOOR)], sag=10)
        canvas.path(body, canvas.round(facts.colour))
        canvas.path("M170 396C170 236 290 178 400 178S630 236 630 396Q400 446 170 396Z", canvas.ball(facts.colour))
        canvas.path("M170 396Q400 446 630 396Q400 372 170 396Z", WARM)
        canvas.ellipse(318, 268, 76, 34, "#fffaf0", opacity=0.28)
        return canvas
    profile = {
        "gourd": [(64, 452, 128, 486, 128, 562), (128, 618, 96, FLOOR, 66, FLOOR)],
        "column": [(54, 450, 54, 600, 54, 636), (54, 640, 92, 646, 92, FLOOR)],
        "ribbed": [(96, 440, 118, 520, 104, 600), (100, 626, 84, FLOOR, 80, FLOOR)],
    }[facts.style]
    start = {"gourd": 26, "column": 54, "ribbed": 60}[facts.style]
    canvas.rect(392, 380, 16, 80, facts.accent)
    body = lathe(400, (start, 440), profile, sag=9, lip=6)
    canvas.path(body, canvas.round(facts.colour))
    if facts.style == "ribbed":
        canvas.begin(clip=body)
        for i in range(9):
            canvas.line(
                f"M{310 + i * 23} 430Q{400 + (i - 4) * 34} 560 {320 + i * 20} 670",
                shade(facts.colour, -0.2),
                4,
                opacity=0.5,
            )
        canvas.end()
    canvas.ellipse(362, 545, 12, 52, "#fffaf0", opacity=0.35)
    wide = {"gourd": (104, 196), "column": (150, 172), "ribbed": (92, 184)}[facts.style]
    _shade_of_cloth(canvas, 400, 190, 400, *wide, "#f6e7cf")
    return canvas


def floor_lamp(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="sun" if facts.style == "arc" else "arch")
    metal = shade(facts.colour, -0.05)
    if facts.style == "arc":
        canvas.shadow(236, FLOOR + 42, 112)
        canvas.ellipse(560, 400, 230, 190, canvas.glow(WARM, 0.6))
        canvas.line("M226 690C206 380 236 132 410 122C500 118 560 180 566 262", metal, 13)
        canvas.line("M222 690C202 380 232 130 408 119", shade(facts.colour, 0.4), 3, opacity=0.7)
        canvas.path(
            lathe(228, (96, 672), [(110, 672, 110, 704, 100, 704)], sag=12, lip=-12), canvas.round(facts.accent)
        )
        canvas.path("M448 386C448 296 498 258 566 258S684 296 684 386Q566 414 448 386Z", canvas.ball(facts.colour))
        canvas.path("M448 386Q566 414 684 386Q566 370 448 386Z", WARM)
        canvas.ellipse(520, 308, 36, 18, "#fffaf0", opacity=0.35)
        return canvas
    canvas.shadow(400, FLOOR + 40, 170)
    for x, y in ((286, 694), (514, 694), (412, 712)):
        canvas.line(f"M400 330L{x} {y}", shade(facts.accent, -0.12 if x == 412 else 0.0), 15)
        canvas.line(f"M397 340L{x - 4} {y - 4}", shade(facts.accent, 0.35), 3, opacity=0.6)
    canvas.circle(400, 346, 20, shade(facts.accent, -0.3))
    _shade_of_cloth(canvas, 400, 110, 320, 118, 184, facts.colour)
    return canvas


def pendant(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="circle", floor=False)
    canvas.ellipse(400, 560, 340, 240, canvas.glow(WARM, 0.65))
    canvas.rect(397, 0, 6, 250, shade(facts.accent, -0.45))
    if facts.style == "globe":
        canvas.begin(move=f"translate(400 240) scale({0.6 + 0.4 * facts.size:g}) translate(-400 -240)")
        canvas.rect(366, 208, 68, 62, canvas.round(facts.accent), r=8)
        canvas.circle(400, 432, 178, canvas.ball(facts.colour))
        canvas.circle(400, 440, 150, canvas.glow(WARM, 0.9))
        canvas.ellipse(334, 348, 52, 30, "#fffdf6", opacity=0.6, more=' transform="rotate(-32 334 348)"')
        canvas.end()
        return canvas
    if facts.style == "woven":
        body = lathe(400, (54, 262), [(120, 280, 226, 360, 226, 440), (226, 500, 180, 530, 164, 540)], sag=18, lip=-6)
        canvas.path(body, canvas.round(facts.colour))
        canvas.begin(clip=body)
        canvas.ellipse(385, 440, 170, 120, canvas.glow(WARM, 0.75))
        for i in range(-6, 7):
            canvas.line(
                f"M{400 + i * 9} 250Q{400 + i * 56} 420 {400 + i * 26} 580", shade(facts.colour, -0.3), 4, opacity=0.55
            )
        for i in range(8):
            y = 290 + i * 36
            canvas.line(f"M150 {y}Q400 {y + 44} 650 {y}", shade(facts.colour, 0.35), 5, opacity=0.55)
        canvas.end()
        canvas.rect(376, 238, 48, 30, canvas.round(facts.accent), r=6)
        return canvas
    tall = facts.style == "cone"
    profile = [(70, 300, 214, 470, 226, 516)] if tall else [(210, 262, 250, 380, 250, 470)]
    bottom = 516 if tall else 470
    wide = 226 if tall else 250
    canvas.rect(376, 214, 48, 50, canvas.round(facts.accent), r=8)
    canvas.path(lathe(400, (44, 256), profile, sag=-13, lip=-6), canvas.round(facts.colour))
    canvas.path(
        f"M{400 - wide} {bottom}Q400 {bottom - 26} {400 + wide} {bottom}Q400 {bottom + 62} {400 - wide} {bottom}Z",
        shade(WARM, 0.25),
    )
    canvas.circle(400, bottom + 10, 34, "#fffdf2")
    return canvas


def desk_lamp(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="sun")
    canvas.shadow(320, FLOOR + 8, 130)
    canvas.path(
        "M470 318L300 660H720L606 342Z",
        canvas.gradient([(0, "#ffe7b0"), (1, canvas.ground)], (0, 0, 0, 1)),
        opacity=0.5,
    )
    canvas.path(lathe(300, (96, 640), [(118, 642, 118, 664, 108, 664)], sag=9, lip=-9), canvas.round(facts.colour))
    canvas.line("M300 636L236 428", shade(facts.accent, -0.05), 14)
    canvas.line("M236 428L446 236", shade(facts.accent, -0.05), 14)
    canvas.line("M233 424L440 234", shade(facts.accent, 0.4), 3, opacity=0.7)
    canvas.circle(236, 428, 20, shade(facts.colour, -0.2))
    canvas.circle(232, 423, 8, shade(facts.colour, 0.3))
    canvas.begin(turn=-38, at=(490, 250))
    canvas.path("M456 176Q490 158 524 176L584 318Q490 352 396 318Z", canvas.round(facts.colour))
    canvas.path("M396 318Q490 352 584 318Q490 300 396 318Z", WARM)
    canvas.end()
    return canvas


KINDS = {"table_lamp": table_lamp, "floor_lamp": floor_lamp, "pendant": pendant, "desk_lamp": desk_lamp}
