"""Chairs, stools, tables, shelves, baskets."""

from portico.app.demo.art.paint import FLOOR, Canvas, Facts, lathe, shade


def _leg(canvas: Canvas, x: float, y: float, to_x: float, to_y: float, colour: str, width: float = 18) -> None:
    canvas.line(f"M{x:g} {y:g}L{to_x:g} {to_y:g}", shade(colour, -0.08), width)
    canvas.line(
        f"M{x - width * 0.2:g} {y:g}L{to_x - width * 0.2:g} {to_y - 4:g}",
        shade(colour, 0.32),
        width * 0.22,
        opacity=0.7,
    )


def chair(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="arch" if facts.style == "dining" else "circle")
    wood = facts.accent
    canvas.shadow(400, FLOOR + 26, 220, 40)
    if facts.style == "lounge":
        for x, to_x, y in ((262, 232, 676), (540, 568, 676)):
            _leg(canvas, x, 580, to_x, y, wood, 20)
        canvas.path(
            "M236 560C214 420 222 250 262 208C300 172 500 172 538 208C578 250 586 420 564 560Z",
            canvas.flat(facts.colour),
        )
        canvas.path(
            "M262 520C250 420 262 268 292 240C322 216 478 216 508 240C538 268 550 420 538 520Z",
            canvas.fall(shade(facts.colour, 0.07)),
        )
        canvas.path(
            "M180 452C166 404 206 376 240 396C262 410 262 440 266 560L256 606H208Q192 540 180 452Z",
            canvas.round(facts.colour),
        )
        canvas.path(
            "M620 452C634 404 594 376 560 396C538 410 538 440 534 560L544 606H592Q608 540 620 452Z",
            canvas.round(shade(facts.colour, -0.08)),
        )
        canvas.rect(240, 490, 320, 84, canvas.fall(shade(facts.colour, 0.1)), r=36)
        canvas.path("M214 566H586L580 618Q400 634 220 618Z", canvas.fall(shade(facts.colour, -0.12)))
        canvas.line("M330 244Q400 232 470 244", shade(facts.colour, 0.45), 5, opacity=0.6)
        return canvas
    if facts.style == "dining":
        for x, to_x, y in ((316, 300, 640), (484, 500, 640)):
            _leg(canvas, x, 470, to_x, y, shade(wood, -0.16))
        _leg(canvas, 306, 190, 294, 470, wood, 17)
        _leg(canvas, 494, 190, 506, 470, wood, 17)
        canvas.path(
            "M292 180Q400 140 508 180Q516 250 500 268Q400 236 300 268Q284 250 292 180Z", canvas.flat(facts.colour)
        )
        canvas.path(
            "M250 462Q400 420 550 462Q572 480 560 502Q400 530 240 502Q228 480 250 462Z", canvas.flat(facts.colour)
        )
        canvas.path("M240 500Q400 530 560 500L556 520Q400 550 244 520Z", shade(facts.colour, -0.3))
        _leg(canvas, 262, 520, 240, 690, wood)
        _leg(canvas, 538, 520, 560, 690, wood)
        return canvas
    if facts.style == "bench":
        for x, to_x in ((190, 176), (610, 624)):
            _leg(canvas, x, 500, to_x, 684, wood, 20)
        for x, to_x in ((240, 234), (560, 566)):
            _leg(canvas, x, 500, to_x, 654, shade(wood, -0.16), 16)
        canvas.rect(140, 430, 520, 70, canvas.fall(facts.colour), r=30)
        canvas.rect(150, 490, 500, 22, canvas.fall(wood), r=8)
        for x in (268, 400, 532):
            canvas.circle(x, 456, 8, shade(facts.colour, -0.3))
            canvas.line(f"M{x - 30} 452Q{x} 466 {x + 30} 452", shade(facts.colour, -0.2), 4, opacity=0.5)
        return canvas
    for x, to_x, y in ((340, 320, 640), (460, 480, 640)):
        _leg(canvas, x, 440, to_x, y, shade(wood, -0.18), 15)
    canvas.line("M282 590H518", shade(wood, -0.1), 13)
    for x, to_x in ((300, 262), (500, 538)):
        _leg(canvas, x, 440, to_x, 690, wood, 19)
    canvas.path(
        lathe(400, (158, 392), [(166, 400, 166, 430, 154, 438)], sag=24, lip=-34),
        canvas.round(shade(facts.colour, -0.16)),
    )
    canvas.ellipse(400, 392, 158, 40, canvas.flat(facts.colour))
    canvas.ellipse(376, 382, 90, 18, shade(facts.colour, 0.3), opacity=0.5)
    return canvas


def table(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="circle")
    canvas.shadow(400, FLOOR + 24, 190, 36)
    if facts.style == "tray":
        for x, to_x in ((290, 520), (510, 280)):
            _leg(canvas, x, 400, to_x, 684, facts.accent, 13)
        canvas.path(
            lathe(400, (230, 370), [(236, 380, 234, 408, 226, 412)], sag=30, lip=-54),
            canvas.round(shade(facts.colour, -0.12)),
        )
        canvas.ellipse(400, 370, 230, 55, canvas.flat(facts.colour))
        canvas.ellipse(400, 374, 210, 45, canvas.flat(shade(facts.colour, -0.1)))
    else:
        canvas.path(
            lathe(400, (56, 400), [(40, 480, 40, 560, 60, 620), (74, 660, 124, 668, 130, 684)], sag=14),
            canvas.round(facts.colour),
        )
        canvas.ellipse(400, 412, 226, 54, shade(facts.colour, -0.28))
        canvas.ellipse(400, 396, 226, 54, canvas.flat(shade(facts.colour, 0.08)))
    canvas.path(lathe(340, (30, 330), [(34, 340, 34, 370, 26, 386)], sag=6, lip=6), canvas.round("#f4e6d2"))
    canvas.path("M440 378h96l10 14h-112Z", "#c4694a")
    canvas.path("M434 392h112v10H434Z", "#f8efe2")
    return canvas


def shelf(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="none", floor=facts.style == "ladder")
    wood = facts.colour
    boards: tuple[tuple[int, int, int], ...] = ((300, 150, 650), (530, 150, 650))
    if facts.style == "ladder":
        canvas.shadow(400, FLOOR + 30, 220, 36)
        _leg(canvas, 286, 90, 226, 690, wood, 18)
        _leg(canvas, 514, 90, 574, 690, wood, 18)
        boards = ((180, 300, 500), (320, 280, 520), (464, 258, 542), (608, 238, 562))
    for i, (y, left, right) in enumerate(boards):
        _things(canvas, i + (0 if facts.style == "ladder" else 2), left, right, y)
        canvas.rect(left - 14, y + 22, right - left + 28, 26, canvas.glow(shade(canvas.ground, -0.7), 0.5))
        canvas.rect(left - 14, y, right - left + 28, 24, canvas.fall(wood), r=5)
        if facts.style != "ladder":
            for x in (left + 50, right - 50):
                canvas.path(f"M{x - 7} {y + 24}h14v62q0 8 -7 8t-7 -8Z", canvas.round(facts.accent))
    return canvas


def _things(canvas: Canvas, which: int, left: float, right: float, y: float) -> None:
    """What stands on a shelf; the shelf is what is for sale."""
    middle = (left + right) / 2
    if which % 2 == 0:
        spines = (
            (30, 92, "#c4694a"),
            (24, 104, "#e7c9a0"),
            (34, 84, "#7f947a"),
            (22, 98, "#3f5a66"),
            (28, 88, "#d9a05b"),
        )
        x = left + 26
        for wide, tall, tone in spines:
            canvas.rect(x, y - tall, wide - 3, tall, canvas.round(tone), r=3)
            x += wide
        if right - x > 140:
            canvas.path(
                lathe(
                    right - 70, (22, y - 84), [(16, y - 60, 50, y - 50, 46, y - 24), (44, y - 8, 30, y, 24, y)], lip=4
                ),
                canvas.round("#f1e2cc"),
            )
        return
    pot = lathe(middle + 40, (38, y - 50), [(38, y - 34, 32, y, 26, y)], lip=6)
    for dx, dy in ((-54, -84), (-18, -108), (26, -106), (58, -80)):
        canvas.line(
            f"M{middle + 40:g} {y - 46:g}Q{middle + 40 + dx * 0.2:g} {y + dy * 0.8:g} {middle + 40 + dx:g} {y + dy:g}",
            "#6f8a68",
            11,
        )
    canvas.path(pot, canvas.round("#d98d66"))
    canvas.circle(left + 70, y - 34, 34, canvas.ball("#e9d3b4"))


def basket(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="circle")
    k = 0.82 + 0.18 * facts.size
    canvas.shadow(400, FLOOR + 4, 190 * k)
    canvas.begin(move=f"translate(400 {FLOOR}) scale({k:g}) translate(-400 -{FLOOR})")
    canvas.ellipse(400, 380, 206, 50, shade(facts.colour, -0.5))
    canvas.path("M220 380C230 300 330 300 380 340S520 290 560 350L584 384Q400 440 220 384Z", canvas.flat("#efdcc2"))
    canvas.path("M300 330Q340 360 330 400M470 330Q450 360 470 400", "none", more=' stroke="#cdb391" stroke-width="8"')
    body = lathe(400, (206, 380), [(214, 480, 206, 600, 176, FLOOR)], sag=16, lip=50)
    canvas.path(body, canvas.round(facts.colour))
    canvas.begin(clip=body)
    for row in range(9):
        y = 410 + row * 34
        canvas.line(f"M180 {y}Q400 {y + 76} 620 {y}", shade(facts.colour, -0.3), 22, dash="26 20", opacity=0.4)
        canvas.line(f"M180 {y - 8}Q400 {y + 68} 620 {y - 8}", shade(facts.colour, 0.36), 5, dash="24 22", opacity=0.5)
    canvas.path("M170 560Q400 640 630 560V720H170Z", facts.accent, opacity=0.5)
    canvas.end()
    for x in (206, 594):
        canvas.line(
            f"M{x} 420q{-46 if x < 400 else 46} -10 {-40 if x < 400 else 40} 60t{40 if x < 400 else -40} 40",
            shade(facts.accent, -0.2),
            15,
        )
    canvas.line("M194 380Q400 482 606 380", shade(facts.colour, 0.3), 12)
    canvas.end()
    return canvas


KINDS = {"chair": chair, "table": table, "shelf": shelf, "basket": basket}
