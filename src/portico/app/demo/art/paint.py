"""Colours and the canvas that all drawings share: one light from the upper left, one soft floor, one way to shade.

Colours are mixed in OKLab (Björn Ottosson, 2020), where half-way between two colours also looks half-way.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

SIZE = 800
FLOOR = 660  # where things stand

Number = float | int
Segment = tuple[Number, Number, Number, Number, Number, Number]
"""A cubic curve of a profile: two control points and the end, each as (radius, y)."""


class Facts(Protocol):
    """What every drawing function reads; `Look` is one."""

    @property
    def style(self) -> str: ...
    @property
    def colour(self) -> str: ...
    @property
    def accent(self) -> str: ...
    @property
    def size(self) -> float: ...
    @property
    def ground(self) -> str: ...


def _lab(colour: str) -> tuple[float, float, float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _hex(light: float, a: float, b: float) -> str:
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    parts = (
        12.92 * one if one <= 0.0031308 else 1.055 * one ** (1 / 2.4) - 0.055 for one in (max(0.0, p) for p in linear)
    )
    return "#" + "".join(f"{min(255, round(one * 255)):02x}" for one in parts)


@lru_cache(maxsize=4096)
def mix(one: str, other: str, share: float) -> str:
    """`share` of the other colour in the one."""
    pairs = zip(_lab(one), _lab(other), strict=True)
    light, a, b = (x + (y - x) * share for x, y in pairs)
    return _hex(light, a, b)


@lru_cache(maxsize=4096)
def shade(colour: str, by: float) -> str:
    """Lighter (`by` > 0, towards a warm white) or darker (`by` < 0, towards a warm black)."""
    return mix(colour, "#fff8ee", by) if by >= 0 else mix(colour, "#23150f", -by)


def lightness(colour: str) -> float:
    """From 0 (black) to 1 (white)."""
    return _lab(colour)[0]


def number(value: Number) -> str:
    """A coordinate, to a tenth: nobody sees more."""
    return f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


class Canvas:
    """A drawing in the making: elements in the order they are painted, gradients made once each."""

    def __init__(self, facts: Facts, *, halo: str = "circle", floor: bool = True) -> None:
        """`halo` is the shape behind the thing: circle, arch, sun or none."""
        self._defs: dict[str, str] = {}
        self._body: list[str] = []
        ground = mix(facts.ground, facts.colour, 0.05)
        if lightness(facts.colour) > 0.86:  # something pale stands out from a deeper ground
            ground = shade(ground, -0.09)
        self.ground = ground
        self.rect(0, 0, SIZE, SIZE, self.gradient([(0, shade(ground, 0.35)), (1, shade(ground, -0.02))], (0, 0, 0, 1)))
        tone = shade(ground, -0.05)
        if halo == "circle":
            self.circle(400, 388, 290, tone, opacity=0.75)
        elif halo == "arch":
            self.path("M150 800V390a250 250 0 0 1 500 0V800Z", tone, opacity=0.75)
        elif halo == "sun":
            self.circle(560, 270, 190, shade(ground, 0.42), opacity=0.8)
        if floor:
            self.rect(0, FLOOR - 20, SIZE, SIZE - FLOOR + 20, shade(ground, -0.085))
            self.rect(0, FLOOR - 20, SIZE, 3, shade(ground, 0.3), opacity=0.5)

    def gradient(self, stops: Sequence[tuple[float, str]], line: tuple[Number, Number, Number, Number]) -> str:
        """A paint that runs along `line`, in shares of the box it fills."""
        inside = "".join(f'<stop offset="{at:g}" stop-color="{colour}"/>' for at, colour in stops)
        x1, y1, x2, y2 = line
        return self._paint(f'<linearGradient id="@" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}">{inside}</linearGradient>')

    def _paint(self, text: str) -> str:
        name = self._defs.setdefault(text, f"p{len(self._defs)}")
        return f"url(#{name})"

    def round(self, colour: str) -> str:
        """The paint of something turned on a wheel: bright left of the middle, dark at the right edge."""
        stops = [(0, shade(colour, 0.02)), (0.3, shade(colour, 0.24)), (0.62, colour), (1, shade(colour, -0.26))]
        return self.gradient(stops, (0, 0, 1, 0))

    def flat(self, colour: str) -> str:
        """The paint of something level: a little light at the upper left."""
        return self.gradient([(0, shade(colour, 0.14)), (0.55, colour), (1, shade(colour, -0.12))], (0, 0, 1, 1))

    def fall(self, colour: str) -> str:
        """The paint of something that light falls on from above."""
        return self.gradient([(0, shade(colour, 0.16)), (1, shade(colour, -0.16))], (0, 0, 0, 1))

    def ball(self, colour: str) -> str:
        stops = [(0, shade(colour, 0.42)), (0.5, colour), (1, shade(colour, -0.28))]
        inside = "".join(f'<stop offset="{at:g}" stop-color="{tone}"/>' for at, tone in stops)
        return self._paint(f'<radialGradient id="@" cx=".36" cy=".3" r=".78">{inside}</radialGradient>')

    def glow(self, colour: str, strength: float = 0.85) -> str:
        """Light that fades into nothing."""
        inside = (
            f'<stop offset="0" stop-color="{colour}" stop-opacity="{strength}"/>'
            f'<stop offset="1" stop-color="{colour}" stop-opacity="0"/>'
        )
        return self._paint(f'<radialGradient id="@">{inside}</radialGradient>')

    def add(self, tag: str, attributes: str, fill: str, opacity: float = 1, more: str = "") -> None:
        through = f' opacity="{opacity:g}"' if opacity < 1 else ""
        self._body.append(f'<{tag} {attributes} fill="{fill}"{through}{more}/>')

    def path(self, d: str, fill: str, *, opacity: float = 1, more: str = "") -> None:
        self.add("path", f'd="{d}"', fill, opacity, more)

    def rect(
        self,
        x: Number,
        y: Number,
        w: Number,
        h: Number,
        fill: str,
        *,
        r: Number = 0,
        opacity: float = 1,
        more: str = "",
    ) -> None:
        place = f'x="{number(x)}" y="{number(y)}" width="{number(w)}" height="{number(h)}"'
        self.add("rect", f'{place} rx="{number(r)}"' if r else place, fill, opacity, more)

    def circle(self, x: Number, y: Number, r: Number, fill: str, *, opacity: float = 1) -> None:
        self.add("circle", f'cx="{number(x)}" cy="{number(y)}" r="{number(r)}"', fill, opacity)

    def ellipse(
        self, x: Number, y: Number, rx: Number, ry: Number, fill: str, *, opacity: float = 1, more: str = ""
    ) -> None:
        self.add(
            "ellipse", f'cx="{number(x)}" cy="{number(y)}" rx="{number(rx)}" ry="{number(ry)}"', fill, opacity, more
        )

    def line(self, d: str, colour: str, width: Number, *, opacity: float = 1, dash: str = "") -> None:
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        stroke = (
            f' stroke="{colour}" stroke-width="{number(width)}" stroke-linecap="round" stroke-linejoin="round"{dashes}'
        )
        self.add("path", f'd="{d}"', "none", opacity, stroke)

    def shadow(self, x: Number, y: Number, rx: Number, ry: Number | None = None, *, strength: float = 0.34) -> None:
        """What a thing that stands here throws on the floor: away from the light, to the right."""
        dark = self.glow(shade(self.ground, -0.72), strength)
        self.ellipse(x + rx * 0.1, y, rx * 1.22, ry or max(14, rx * 0.17), dark)

    def begin(self, *, clip: str = "", turn: float = 0, at: tuple[Number, Number] = (0, 0), move: str = "") -> None:
        """Open a group: cut out by the path `clip`, turned by degrees around `at`, or moved by a transform."""
        shape = self._paint(f'<clipPath id="@"><path d="{clip}"/></clipPath>') if clip else ""
        cut = f' clip-path="{shape}"' if clip else ""
        moved = f' transform="rotate({turn:g} {number(at[0])} {number(at[1])})"' if turn else ""
        moved = f' transform="{move}"' if move else moved
        self._body.append(f"<g{cut}{moved}>")

    def end(self) -> None:
        self._body.append("</g>")

    def leaf_shape(self, length: str, width: str, colour: str) -> str:
        """A leaf drawn once, to be used many times: a plant has too many of them to repeat."""
        low, high = number(float(length) * -0.3), number(float(length) * -0.75)
        other = f"C-{width} {high} -{width} {low} 0 0Z"
        text = (
            f'<g id="@"><path d="M0 0C{width} {low} {width} {high} 0 -{length}{other}" fill="{colour}"/>'
            f'<path d="M0 -{length}{other}" fill="{shade(colour, 0.16)}"/></g>'
        )
        return self._defs.setdefault(text, f"p{len(self._defs)}")

    def use(self, name: str, move: str) -> None:
        self._body.append(f'<use href="#{name}" transform="{move}"/>')

    def svg(self) -> str:
        made = "".join(text.replace("@", name) for text, name in self._defs.items())
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}"><defs>{made}</defs>{"".join(self._body)}</svg>'


def lathe(
    x: Number, start: tuple[Number, Number], segments: Sequence[Segment], *, sag: Number = 0, lip: Number = 0
) -> str:
    """The outline of something turned around the upright through `x`, from its profile of radii, top to bottom.

    `sag` rounds the foot and `lip` the top, by that much, as a circle seen from slightly above is.
    """
    points = [start, *((one[4], one[5]) for one in segments)]
    n = number
    down = "".join(f"C{n(x + a)} {n(b)} {n(x + c)} {n(d)} {n(x + e)} {n(f)}" for a, b, c, d, e, f in segments)
    up = ""
    for i in range(len(segments) - 1, -1, -1):
        a, b, c, d, _, _ = segments[i]
        up += f"C{n(x - c)} {n(d)} {n(x - a)} {n(b)} {n(x - points[i][0])} {n(points[i][1])}"
    radius, top = start
    foot, bottom = points[-1]
    across = f"Q{n(x)} {n(bottom + 2 * sag)} {n(x - foot)} {n(bottom)}"
    lid = f"Q{n(x)} {n(top + 2 * lip)} {n(x + radius)} {n(top)}"
    return f"M{n(x + radius)} {n(top)}{down}{across}{up}{lid}Z"


def stem(canvas: Canvas, x: Number, y: Number, to: tuple[Number, Number], colour: str, width: Number = 5) -> None:
    """A stalk that bends a little on its way."""
    tx, ty = to
    canvas.line(
        f"M{number(x)} {number(y)}Q{number(x + (tx - x) * 0.1)} {number(y + (ty - y) * 0.6)} {number(tx)} {number(ty)}",
        colour,
        width,
    )


def leaf(canvas: Canvas, x: Number, y: Number, length: Number, width: Number, turn: float, colour: str) -> None:
    """A leaf that grows from (x, y); turned by 0 degrees it points up. Its left half is in the light."""
    name = canvas.leaf_shape(number(length), number(width), colour)
    canvas.use(name, f"translate({number(x)} {number(y)}) rotate({turn:g})")
