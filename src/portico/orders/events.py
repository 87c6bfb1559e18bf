"""What orders announces."""

from datetime import datetime

from portico.business.types import LocationId
from portico.fulfillment.types import FulfillmentId
from portico.orders.types import HandOverLine, Method, SentParcel
from portico.platform.events import Fact, announces


class OfOrder(Fact, frozen=True, kw_only=True):
    """Base of what screens that list orders hear of."""

    def topics(self) -> list[str]:
        return [*super().topics(), "orders"]


@announces("orders.placed.v1")
class OrderPlaced(OfOrder, frozen=True, kw_only=True):
    """An order was agreed. `by_mail`: the buyer left an address to be told at, or is to be sent a link; the address is the order's to know. `to_follow`:
    some of it is still to be fetched or sent."""

    label: str
    total: int
    currency: str
    lines: int
    language: str = "en"
    by_mail: bool = True  # of facts that do not say: somebody must look
    to_follow: bool = True


@announces("orders.paid.v1")
class OrderPaid(OfOrder, frozen=True, kw_only=True):
    """Money came in for an order that was already placed."""

    amount: int
    currency: str


@announces("orders.payment_requested.v1")
class PaymentRequested(OfOrder, frozen=True, kw_only=True):
    """The buyer is asked for what is due, until `expires_at`. `by_mail`: by a letter to the order's address."""

    amount: int
    currency: str
    expires_at: datetime
    by_mail: bool


@announces("orders.handed_over.v1")
class OrderHandedOver(OfOrder, frozen=True, kw_only=True):
    """The buyer has some or all of the goods that waited at a location."""

    location_id: LocationId
    lines: tuple[HandOverLine, ...]


@announces("orders.shipped.v1")
class OrderShipped(OfOrder, frozen=True, kw_only=True):
    """Goods have left: with a carrier, to the buyer or to the store where she fetches them."""

    fulfillment_id: FulfillmentId
    location_id: LocationId
    method: Method
    lines: tuple[HandOverLine, ...]
    parcels: tuple[SentParcel, ...] = ()


@announces("orders.delivered.v1")
class OrderDelivered(OfOrder, frozen=True, kw_only=True):
    """Goods have reached the buyer's door, brought by a carrier or by us."""

    fulfillment_id: FulfillmentId
    location_id: LocationId
    lines: tuple[HandOverLine, ...]


@announces("orders.recorded.v1")
class OrderRecorded(Fact, frozen=True, kw_only=True):
    """An order of the past was taken over from another system. Nobody is written to, nothing is counted as a sale of
    today; `occurred_at` is when it was placed."""

    label: str
    total: int
    currency: str
    lines: int


@announces("orders.return_recorded.v1")
class ReturnRecorded(Fact, frozen=True, kw_only=True):
    """Goods of a past order went back, in another system. The subject is the order."""

    quantity: int
    amount: int
    currency: str


@announces("orders.edited.v1")
class OrderEdited(OfOrder, frozen=True, kw_only=True):
    """What was agreed was changed: `lines` say how many more or, negative, fewer of each are agreed; `amount` is by how much the
    order now costs more or less, `carriage` how much less of that is for carriage."""

    lines: tuple[HandOverLine, ...]
    amount: int
    currency: str
    reason: str
    carriage: int = 0


@announces("orders.canceled.v1")
class OrderCanceled(OfOrder, frozen=True, kw_only=True):
    """Some or all of what had not gone out was canceled; with what was the last to be brought, `carriage` too."""

    lines: tuple[HandOverLine, ...]
    amount: int
    currency: str
    reason: str
    carriage: int = 0


@announces("orders.returned.v1")
class OrderReturned(OfOrder, frozen=True, kw_only=True):
    """Goods came back, or never arrived: `lines` are no longer the buyer's, and `amount` of what they cost is credited; of it
    `fee` is kept, and `carriage` is what was paid for carriage. `cause` names the return."""

    lines: tuple[HandOverLine, ...]
    amount: int
    fee: int
    currency: str
    reason: str
    cause: str
    carriage: int = 0


@announces("orders.held.v1")
class OrderHeld(OfOrder, frozen=True, kw_only=True):
    """Nothing of the order goes out until somebody has seen to it."""

    kind: str
    reason: str


@announces("orders.released.v1")
class OrderReleased(OfOrder, frozen=True, kw_only=True):
    """A hold was lifted; `on_hold` says whether another one still stands."""

    kind: str
    on_hold: bool


@announces("orders.noted.v1")
class OrderNoted(Fact, frozen=True, kw_only=True):
    """Somebody wrote a note to an order."""
