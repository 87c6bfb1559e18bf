"""Values and refusals of the catalog.

An item is what a shopper talks about ("the Arco lamp"); a variant is what is sold, counted and scanned ("Arco, black").
Texts are kept per language; what leaves the room towards a face is in one language, the reader's.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec

from portico.platform.ids import Id
from portico.platform.refusals import Refused

ITEMS_MAX = 10_000  # of one call: what one transaction writes in a few seconds
VARIANTS_MAX = 250
MEDIA_MAX = 50
PAGE_MAX = 100
SVG_LENGTH_MAX = 256 * 1024
TEXT_LENGTH_MAX = 20_000

Texts = dict[str, str]
"""One text in several languages: {"en": "Lamp", "ru": "Лампа"}."""


class ItemId(Id, prefix="item"):
    __slots__ = ()


class VariantId(Id, prefix="var"):
    __slots__ = ()


class CategoryId(Id, prefix="cat"):
    __slots__ = ()


class MediaId(Id, prefix="med"):
    __slots__ = ()


class Status(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    ARCHIVED = "archived"  # no longer sold; orders still name it


class MediaKind(StrEnum):
    SVG = "svg"  # content is the drawing itself
    URL = "url"  # content is where the picture lies


class Tracking(StrEnum):
    """What is kept of a variant's units: nothing but how many, which lot each is of, or each one's serial number."""

    NONE = "none"
    LOT = "lot"
    SERIAL = "serial"


class Change(StrEnum):
    """What a put did."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


# ---------------------------------------------------------------------------------------------- what is put in


class NewCategory(msgspec.Struct, frozen=True, kw_only=True):
    slug: str
    titles: Texts
    position: int = 0
    parent_slug: str | None = None


class Trait(msgspec.Struct, frozen=True):
    """A name and a value, each in its languages: an attribute of an item, an option of a variant."""

    name: Texts
    value: Texts


class NewMedia(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of the item, or of the one variant that `sku` names."""

    kind: MediaKind
    content: str
    alts: Texts = {}
    sku: str | None = None


class NewComponent(msgspec.Struct, frozen=True):
    """So many of the variant with this SKU are in a bundle."""

    sku: str
    quantity: int = 1


class NewPack(msgspec.Struct, frozen=True):
    """A unit that holds `quantity` steps of the variant, as a case (`CS`) of twelve; `barcode` is what is printed on it."""

    unit: str
    quantity: int
    barcode: str | None = None


class NewVariant(msgspec.Struct, frozen=True, kw_only=True):
    """`barcodes` are GTINs (8, 12, 13 or 14 digits), ISBNs, or codes of our own printing.

    With `components` it is a bundle: it has no stock of its own, and no bundle among its components.
    """

    sku: str
    public_id: str | None = None  # none: made from the SKU
    options: tuple[Trait, ...] = ()
    barcodes: tuple[str, ...] = ()
    unit: str = "C62"  # UN/CEFACT Recommendation 20; C62 is a piece
    scale: int = 0  # quantities count steps of 10^-scale units
    tax_category: str = "standard"
    status: Status = Status.ACTIVE
    tracking: Tracking = Tracking.NONE
    components: tuple[NewComponent, ...] = ()
    packs: tuple[NewPack, ...] = ()


class NewItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item as it should be. Known again by `external_ref`, or by `slug` where there is none.

    Without a slug one is made from the title when the item is new, and kept from then on.
    """

    titles: Texts
    variants: tuple[NewVariant, ...]
    external_ref: str | None = None  # "<source>:<its key>"
    slug: str | None = None
    category_slug: str | None = None
    brand_id: UUID | None = None
    descriptions: Texts = {}
    attributes: tuple[Trait, ...] = ()
    media: tuple[NewMedia, ...] = ()
    status: Status = Status.ACTIVE


class Put(msgspec.Struct, frozen=True):
    """The answer for one item put: its id, its variants' ids by SKU, and what changed."""

    id: ItemId
    slug: str
    variant_ids: dict[str, VariantId]
    change: Change


# ------------------------------------------------------------------------------------------------ what is shown


class CategoryHead(msgspec.Struct, frozen=True):
    slug: str
    title: str


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """`item_count` counts active items of the category itself and of those below it."""

    id: CategoryId
    slug: str
    title: str
    position: int
    parent_slug: str | None
    item_count: int
    image_url: str | None


class Picture(msgspec.Struct, frozen=True):
    url: str
    alt: str


class Attribute(msgspec.Struct, frozen=True):
    name: str
    value: str


class Option(msgspec.Struct, frozen=True):
    """A thing to choose: "Colour", with its values in the order of the variants."""

    name: str
    values: tuple[str, ...]


class Component(msgspec.Struct, frozen=True):
    """So many steps of a variant are in one bundle."""

    variant_id: VariantId
    quantity: int


class Pack(msgspec.Struct, frozen=True):
    """A unit, as UN/CEFACT Recommendation 20 or 21 has it, that holds `quantity` steps of a variant."""

    unit: str
    quantity: int


class Scan(msgspec.Struct, frozen=True):
    """What a scanned or typed code names: so many steps of a variant, and what a GS1 symbol says beside it."""

    variant_id: VariantId
    quantity: int = 1
    lot: str = ""
    serial: str = ""
    expires_on: date | None = None


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """A sellable unit. `title` is what the basket says, options included; `barcodes` as they are printed.

    A bundle has `components`, and no stock but theirs.
    """

    id: VariantId
    item_id: ItemId
    item_slug: str
    public_id: str
    sku: str
    title: str
    item_title: str
    options: dict[str, str]
    image_url: str | None
    image_alt: str
    barcodes: tuple[str, ...]
    unit: str
    scale: int
    tax_category: str
    status: Status
    tracking: Tracking
    components: tuple[Component, ...]
    packs: tuple[Pack, ...]
    category_slug: str | None = None

    def parts(self, quantity: int) -> tuple[Component, ...]:
        """What `quantity` of it are on the shelf: its components, or itself."""
        if not self.components:
            return (Component(self.id, quantity),)
        return tuple(Component(one.variant_id, one.quantity * quantity) for one in self.components)


class ItemHead(msgspec.Struct, frozen=True, kw_only=True):
    """An item in a list. `variant_ids` are the active ones, in their order."""

    id: ItemId
    slug: str
    title: str
    category: CategoryHead | None
    brand_id: UUID | None
    image_url: str | None
    image_alt: str
    variant_ids: tuple[VariantId, ...]


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """An item whole; `variants` are the active ones, in their order."""

    id: ItemId
    slug: str
    title: str
    category: CategoryHead | None
    brand_id: UUID | None
    image_url: str | None
    image_alt: str
    description: str
    attributes: tuple[Attribute, ...]
    media: tuple[Picture, ...]
    options: tuple[Option, ...]
    variants: tuple[Variant, ...]
    status: Status


class ItemPage(msgspec.Struct, frozen=True):
    """`total` is counted for the first page only."""

    items: tuple[ItemHead, ...]
    next_cursor: str | None
    total: int | None


class Media(msgspec.Struct, frozen=True):
    kind: MediaKind
    content: str
    content_hash: str


# ---------------------------------------------------------------------------- what a put finds in its way already


class KnownItem(msgspec.Struct, frozen=True):
    id: ItemId
    slug: str
    external_ref: str | None
    digest: bytes


class KnownVariant(msgspec.Struct, frozen=True):
    id: VariantId
    item_id: ItemId
    sku: str
    public_id: str


class KnownBarcode(msgspec.Struct, frozen=True):
    code: str
    variant_id: VariantId


class KnownCategory(msgspec.Struct, frozen=True):
    id: CategoryId
    slug: str
    titles: Texts


# ----------------------------------------------------------------------------------------------------- refusals


@dataclass(eq=False)
class UnknownCode(Refused):
    """No active variant has this GTIN, SKU or public id."""

    code, status = "catalog.unknown_code", 404
    given: str


@dataclass(eq=False)
class BadScan(Refused):
    """A GS1 symbol whose value for this application identifier cannot be."""

    code, status = "catalog.bad_scan", 422
    identifier: str
    given: str


@dataclass(eq=False)
class BadCheckDigit(Refused):
    """The code has the length of a GTIN, and its last digit does not fit the others: misread or mistyped."""

    code, status = "catalog.bad_check_digit", 422
    given: str
    expected_digit: str


@dataclass(eq=False)
class BadBarcode(Refused):
    """Neither a GTIN, nor an ISBN, nor a printable code of at most 64 characters."""

    code, status = "catalog.bad_barcode", 422
    given: str


@dataclass(eq=False)
class DuplicateSku(Refused):
    """The SKU belongs to another variant."""

    code, status = "catalog.duplicate_sku", 409
    sku: str


@dataclass(eq=False)
class DuplicatePublicId(Refused):
    code, status = "catalog.duplicate_public_id", 409
    public_id: str


@dataclass(eq=False)
class DuplicateBarcode(Refused):
    code, status = "catalog.duplicate_barcode", 409
    barcode: str


@dataclass(eq=False)
class DuplicateItem(Refused):
    """Another item has this slug, or the same call names the item twice."""

    code, status = "catalog.duplicate_item", 409
    name: str


@dataclass(eq=False)
class UnknownCategory(Refused):
    code, status = "catalog.unknown_category", 422
    slug: str


@dataclass(eq=False)
class UnknownComponent(Refused):
    """A bundle is said to hold a SKU that nobody has, or that is a bundle itself."""

    code, status = "catalog.unknown_component", 422
    sku: str


@dataclass(eq=False)
class WrongUnit(Refused):
    """The variant is not counted in this unit; `units` are those it is."""

    code, status = "catalog.wrong_unit", 422
    unit: str
    units: tuple[str, ...]


@dataclass(eq=False)
class BadItem(Refused):
    """A field of the item is missing, too long or malformed."""

    code, status = "catalog.bad_item", 422
    field: str
    value: str


@dataclass(eq=False)
class BadCursor(Refused):
    """The cursor was not made by this list."""

    code, status = "catalog.bad_cursor", 422
