"""Candles and scents."""

from portico.app.demo.art.paint import FLOOR, Canvas, Facts, lathe, leaf, shade

FLAME = "#ffb84d"


def _flame(canvas: Canvas, x: float, y: float, k: float = 1.0) -> None:
    """A flame whose wick ends at (x, y)."""
    canvas.circle(x, y - 34 * k, 130 * k, canvas.glow("#ffdf9a", 0.8))
    canvas.line(f"M{x:g} {y + 10 * k:g}v{-20 * k:g}", "#4a352b", 5 * k)
    canvas.begin(move=f"translate({x:g} {y:g}) scale({k:g})")
    canvas.path("M0 4C-30 -10 -26 -46 0 -84C26 -46 30 -10 0 4Z", FLAME)
    canvas.path("M0 0C-14 -8 -13 -26 0 -48C13 -26 14 -8 0 0Z", "#fff3cf")
    canvas.end()


def candle(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="arch" if facts.style == "tapers" else "circle")
    if facts.style == "jar":
        canvas.shadow(400, FLOOR + 2, 150)
        body = lathe(
            400, (140, 420), [(146, 500, 146, 600, 140, 640), (138, 654, 126, FLOOR, 120, FLOOR)], sag=10, lip=26
        )
        canvas.ellipse(400, 420, 140, 26, shade(facts.colour, -0.3))
        canvas.ellipse(400, 432, 126, 20, "#f7ead6")
        _flame(canvas, 400, 418)
        canvas.path(body, canvas.round(facts.colour))
        canvas.rect(300, 500, 150, 92, "#fbf3e6", r=6, opacity=0.92)
        canvas.circle(375, 546, 24, shade(facts.colour, -0.1))
        canvas.path("M375 566q-2 -30 14 -40q4 26 -14 40q-18 -14 -14 -40q16 10 14 40Z", "#fbf3e6")
        canvas.ellipse(286, 540, 9, 56, "#fffdf8", opacity=0.45)
        canvas.line("M260 420Q400 472 540 420", shade(facts.colour, 0.36), 6)
        return canvas
    if facts.style == "pillars":
        canvas.shadow(400, FLOOR + 4, 220)
        for x, top, r, tone in ((500, 380, 66, -0.1), (308, 450, 70, 0.05), (404, 520, 74, 0.18)):
            colour = shade(facts.colour, tone)
            foot = FLOOR + (14 if x == 404 else 0)
            canvas.path(lathe(x, (r, top), [(r, top + 60, r, foot - 40, r, foot)], sag=9, lip=-9), canvas.round(colour))
            canvas.ellipse(x, top, r, 15, shade(colour, 0.3))
            canvas.ellipse(x, top + 2, r * 0.7, 9, shade(colour, -0.06))
            _flame(canvas, x, top - 4, 0.8)
        return canvas
    for x, tall in ((280, 240), (400, 180), (520, 280)):
        canvas.shadow(x, FLOOR + 4, 62)
        top = tall
        _flame(canvas, x, top - 4, 0.7)
        canvas.path(lathe(x, (13, top), [(17, top + 60, 20, 520, 20, 540)], sag=4, lip=-3), canvas.round(facts.colour))
        canvas.path(
            lathe(x, (34, 520), [(34, 560, 14, 560, 14, 600), (14, 630, 60, 640, 62, FLOOR)], sag=8, lip=5),
            canvas.round(facts.accent),
        )
    return canvas


def diffuser(facts: Facts) -> Canvas:
    canvas = Canvas(facts, halo="arch")
    canvas.shadow(400, FLOOR + 2, 120)
    for x in (-120, -62, -8, 52, 112):
        canvas.line(f"M{400 + x * 0.2:g} 430L{400 + x} 170", "#a97c50", 8)
        canvas.line(f"M{398 + x * 0.2:g} 430L{398 + x} 172", "#d6ad7d", 2)
    canvas.rect(364, 400, 72, 56, canvas.round(facts.accent), r=8)
    body = lathe(
        400,
        (36, 448),
        [(60, 462, 126, 470, 126, 520), (126, 600, 126, 620, 122, 648), (118, FLOOR, 104, FLOOR, 100, FLOOR)],
        sag=8,
    )
    canvas.path(body, canvas.round(facts.colour), opacity=0.9)
    canvas.begin(clip=body)
    canvas.path("M260 560Q400 580 540 560V690H260Z", shade(facts.colour, -0.3), opacity=0.35)
    canvas.end()
    canvas.rect(330, 540, 116, 76, "#fbf3e6", r=5, opacity=0.95)
    leaf(canvas, 388, 604, 52, 14, 0, shade(facts.colour, -0.15))
    canvas.ellipse(300, 560, 8, 48, "#ffffff", opacity=0.55)
    return canvas


KINDS = {"candle": candle, "diffuser": diffuser}
