"""The pictures of a pass: an arch in the brand's colour, drawn at four times its size and made smaller, which smooths it."""

from io import BytesIO

from PIL import Image, ImageDraw

from portico.platform.colors import ink_on

FINER = 4
LOGO_PX = 660  # as Google asks


def icon(accent: str, size: int) -> bytes:
    """A square PNG: a door that stands open."""
    side = size * FINER
    picture = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen, ink = ImageDraw.Draw(picture), ink_on(accent)
    pen.rounded_rectangle((0, 0, side - 1, side - 1), radius=side // 5, fill=accent)
    left, right, top, foot = side * 0.28, side * 0.72, side * 0.22, side * 0.8
    pen.pieslice((left, top, right, top + (right - left)), 180, 360, fill=ink)
    pen.rectangle((left, top + (right - left) / 2, right, foot), fill=ink)
    inset = side * 0.09
    pen.pieslice((left + inset, top + inset, right - inset, top + (right - left) - inset), 180, 360, fill=accent)
    pen.rectangle((left + inset, top + (right - left) / 2, right - inset, foot), fill=accent)
    kept = BytesIO()
    picture.resize((size, size), Image.Resampling.LANCZOS).save(kept, "PNG", optimize=True)
    return kept.getvalue()
