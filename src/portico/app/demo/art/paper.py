"""What comes in paper and tins: notebooks, pencils, coffee, tea."""

from portico.app.demo.art.paint import FLOOR, Canvas, Facts, leaf, shade


def notebook(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="circle", floor=False)
    k = 0.86 + 0.14 * facts.size
    canvas.begin(move=f"translate(400 400) scale({k:g}) rotate(9) translate(-400 -400)")
    canvas.rect(236, 166, 366, 500, shade(canvas.ground, -0.42), r=20, opacity=0.25)
    canvas.rect(226, 148, 364, 500, "#f8f0e2", r=12)
    for i in range(4):
        canvas.line(f"M{582 + i * 2} 164V634", "#d9c9b0", 1.5)
    canvas.rect(214, 140, 364, 500, canvas.flat(facts.colour), r=16)
    canvas.rect(214, 140, 46, 500, shade(facts.colour, -0.24), r=14, opacity=0.55)
    if facts.style == "band":
        canvas.rect(512, 140, 16, 500, canvas.round(facts.accent))
        canvas.rect(318, 236, 140, 84, shade(facts.colour, 0.7), r=6, opacity=0.95)
        canvas.line("M342 268h92M342 290h60", shade(facts.colour, -0.2), 5, opacity=0.6)
    elif facts.style == "planner":
        for row in range(4):
            for column in range(4):
                tone = facts.accent if (row * 4 + column) % 5 == 2 else shade(facts.colour, 0.4)
                canvas.rect(300 + column * 60, 270 + row * 60, 44, 44, tone, r=8, opacity=0.9)
        canvas.path("M300 208h164v14H300Z", shade(facts.colour, 0.5))
        canvas.path("M460 640v66l16 -16l16 16v-66Z", facts.accent)
    else:
        canvas.circle(420, 390, 96, facts.accent)
        canvas.path("M260 470Q340 400 420 460T578 440V624Q578 640 562 640H260Z", shade(facts.colour, -0.3), opacity=0.6)
        canvas.path("M260 530Q360 470 450 530T578 520V624Q578 640 562 640H260Z", shade(facts.colour, 0.3), opacity=0.8)
    canvas.path("M230 140H400L280 640H230Q214 640 214 624V156Q214 140 230 140Z", "#fffaf0", opacity=0.1)
    canvas.end()
    return canvas


def pencils(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="circle", floor=False)
    tones = (
        facts.colour,
        facts.accent,
        shade(facts.colour, 0.3),
        shade(facts.accent, -0.25),
        shade(facts.colour, -0.3),
    )
    canvas.begin(turn=18, at=(400, 400))
    for i, tone in enumerate(tones):
        x, y = 232 + i * 70, 150 + (i % 2) * 46
        canvas.rect(x + 12, y + 70, 46, 470, shade(canvas.ground, -0.42), r=6, opacity=0.22)
        canvas.path(f"M{x} {y + 90}L{x + 23} {y}L{x + 46} {y + 90}Z", "#ecd0a6")
        canvas.path(f"M{x + 14} {y + 34}L{x + 23} {y}L{x + 32} {y + 34}Z", tone)
        canvas.path(f"M{x} {y + 90}q8 -14 15 0q8 -14 16 0q8 -14 15 0V{y + 480}H{x}Z", tone)
        canvas.rect(x, y + 90, 15, 390, shade(tone, 0.28))
        canvas.rect(x + 31, y + 90, 15, 390, shade(tone, -0.18))
        canvas.rect(x, y + 470, 46, 26, "#d8c08a")
        canvas.rect(x, y + 494, 46, 30, shade(tone, -0.3), r=8)
    canvas.end()
    return canvas


def _bean(canvas: Canvas, x: float, y: float, turn: float, colour: str = "#6b4330") -> None:
    canvas.begin(move=f"translate({x:g} {y:g}) rotate({turn:g})")
    canvas.ellipse(0, 0, 26, 18, colour)
    canvas.ellipse(-6, -5, 14, 7, shade(colour, 0.22), opacity=0.7)
    canvas.line("M-24 2Q0 -10 24 2", shade(colour, -0.45), 4)
    canvas.end()


def coffee(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="arch")
    canvas.shadow(400, FLOOR + 6, 190)
    canvas.path("M244 250L228 640Q228 662 252 662H548Q572 662 572 640L556 250Z", canvas.round(facts.colour))
    canvas.path("M244 250L232 560Q262 420 268 250Z", "#fffaf0", opacity=0.2)
    canvas.path("M244 176H556V252Q400 266 244 252Z", canvas.fall(shade(facts.colour, 0.06)))
    canvas.rect(244, 170, 312, 26, shade(facts.colour, -0.28), r=5)
    canvas.path("M560 640L545 262Q520 450 572 640Z", shade(facts.colour, -0.5), opacity=0.16)
    canvas.rect(296, 330, 208, 232, "#fbf2e4", r=14)
    canvas.circle(400, 424, 58, facts.accent)
    canvas.begin(move="translate(400 424) scale(1.5) translate(-400 -424)")
    _bean(canvas, 400, 424, -38, "#fbf2e4" if facts.style == "decaf" else "#6b4330")
    canvas.end()
    dots = {"light": 1, "medium": 2, "dark": 3, "decaf": 2}[facts.style]
    for i in range(3):
        canvas.circle(368 + i * 32, 522, 9, shade("#6b4330", 0 if i < dots else 0.72))
    for x, y, turn in ((168, 668, 20), (222, 690, -30), (596, 684, 40), (640, 664, -16), (560, 702, 8)):
        _bean(canvas, x, y, turn)
    return canvas


def tea(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="circle")
    canvas.shadow(400, FLOOR + 6, 160)
    canvas.rect(262, 290, 276, 372, canvas.round(facts.colour), r=16)
    canvas.ellipse(400, 656, 138, 16, shade(facts.colour, -0.3), opacity=0.5)
    canvas.rect(250, 206, 300, 104, canvas.round(shade(facts.colour, -0.1)), r=16)
    canvas.ellipse(400, 212, 144, 22, shade(facts.colour, 0.22))
    canvas.ellipse(400, 210, 96, 12, shade(facts.colour, 0.04))
    canvas.rect(262, 388, 276, 190, "#fbf2e4", opacity=0.95)
    canvas.rect(262, 396, 276, 5, facts.accent)
    canvas.rect(262, 566, 276, 5, facts.accent)
    green = {"black": "#8a5a3c", "green": "#7d9a62", "herbal": "#c9a23f"}[facts.style]
    if facts.style == "herbal":
        for i in range(8):
            leaf(canvas, 400, 482, 56, 12, i * 45, "#fffaf0")
            leaf(canvas, 400, 482, 50, 8, i * 45 + 22, shade(green, 0.45))
        canvas.circle(400, 482, 20, canvas.ball("#e0a83e"))
    else:
        leaf(canvas, 400, 548, 122, 30, 0, green)
        leaf(canvas, 398, 546, 92, 24, -52, shade(green, -0.12))
        leaf(canvas, 402, 546, 92, 24, 52, shade(green, 0.1))
    for i in range(9):
        leaf(canvas, 590 + (i * 37) % 96, 676 + (i * 23) % 22, 26, 6, i * 63, shade(green, -0.2 + 0.05 * (i % 4)))
    return canvas


KINDS = {"notebook": notebook, "pencils": pencils, "coffee": coffee, "tea": tea}
