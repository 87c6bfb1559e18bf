"""What the demo sells, a file per category."""

from portico.app.demo.goods import decor, furniture, greenery, lighting, pantry, stationery, tableware, textiles
from portico.app.demo.goods.facts import Thing

THINGS: tuple[Thing, ...] = (
    *lighting.THINGS,
    *tableware.THINGS,
    *textiles.THINGS,
    *decor.THINGS,
    *furniture.THINGS,
    *greenery.THINGS,
    *stationery.THINGS,
    *pantry.THINGS,
)
