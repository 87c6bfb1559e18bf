"""A basket as promotions see it, and what they make of it."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from portico.catalog.types import ItemId, VariantId
from portico.pricing.types.conditions import Asking


class Goods(msgspec.Struct, frozen=True):
    """A line: `categories` are its item's own and those above. `unit_price` is before any promotion, `amount` of the whole line."""

    variant_id: VariantId
    item_id: ItemId
    categories: tuple[str, ...]
    quantity: int
    scale: int
    unit_price: int
    amount: int


class Left(msgspec.Struct, frozen=True):
    """What is left of a promotion with an end: uses in all, uses of this customer, budget. None: no end."""

    uses: int | None = None
    uses_of_customer: int | None = None
    budget: int | None = None


class Basket(msgspec.Struct, frozen=True, kw_only=True):
    """`unlocked` are the codes of promotions whose coupons she holds. `carriage` is what bringing the goods costs, by `methods`."""

    goods: tuple[Goods, ...]
    asking: Asking
    known: bool = False  # whether anybody knows who buys
    unlocked: frozenset[str] = frozenset()
    left: Mapping[str, Left] = {}
    carriage: int = 0
    methods: tuple[str, ...] = ()


class Level(StrEnum):
    """Off the goods themselves, or off what they come to."""

    ITEM = "item"
    ORDER = "order"


class Spread(StrEnum):
    """Whether what is taken off belongs to the line itself, or was shared over all that made the set or the order."""

    EACH = "each"
    ACROSS = "across"


class Taken(msgspec.Struct, frozen=True):
    """So much off `quantity` of a line, by the promotion `code`."""

    code: str
    line: int
    quantity: int
    amount: int
    level: Level
    spread: Spread


class Offered(msgspec.Struct, frozen=True):
    """A gift she may put in her basket."""

    code: str
    variant_id: VariantId
    quantity: int
    title: str = ""


class Why(StrEnum):
    """Why a basket does not have a promotion."""

    NOT_YET = "not_yet"
    OVER = "over"
    OTHER_TIME = "other_time"
    OTHER_CHANNEL = "other_channel"
    OTHER_PLACE = "other_place"
    OTHER_CUSTOMERS = "other_customers"
    NEEDS_CODE = "needs_code"
    NEEDS_CUSTOMER = "needs_customer"
    USED_UP = "used_up"
    USED_BY_HER = "used_by_her"
    NO_GOODS = "no_goods"
    MINIMUM = "minimum"
    SET_INCOMPLETE = "set_incomplete"
    NOT_CHEAPER = "not_cheaper"
    OTHERS_BETTER = "others_better"


class Declined(msgspec.Struct, frozen=True):
    """`missing`: how much is still to be spent, or how many units are still to be taken, for the minimum."""

    code: str
    why: Why
    missing: int = 0


class Outcome(msgspec.Struct, frozen=True):
    """What is taken off; `exact`: no other choice of promotions takes more off, as far as rules allow."""

    taken: tuple[Taken, ...] = ()
    carriage_off: int = 0
    carriage_code: str = ""
    offered: tuple[Offered, ...] = ()
    declined: tuple[Declined, ...] = ()
    exact: bool = True

    @property
    def total(self) -> int:
        return sum(one.amount for one in self.taken) + self.carriage_off
