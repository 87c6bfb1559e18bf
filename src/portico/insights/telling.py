"""How each fact is told as a sentence: to whom, of what sort it is, and what of it is said.

Every type of fact is declared here, or in `UNTOLD` with the reason. What nobody has declared is told to nobody: a new fact is no
hole through which somebody reads what she may not.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from portico.insights.types import TouchKind
from portico.platform.ids import decode_hook

Body = Mapping[str, Any]


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """`permission` is what staff and clients need to read of it. `hers`: she may read of it herself. `which` makes the sentence's
    key longer where there are several; "" tells nothing of this one. `link` names the field of what it was about, where that is
    not the subject."""

    kind: TouchKind
    permission: str
    hers: bool = True
    which: Callable[[Body], str] | None = None
    link: str = "subject"


def _choice(field: str, *known: str) -> Callable[[Body], str]:
    """The value of a field, where there is a sentence for it."""

    def which(body: Body) -> str:
        value = str(body.get(field, ""))
        return value if value in known else ""

    return which


def _by_sign(field: str) -> Callable[[Body], str]:
    return lambda body: "more" if body.get(field, 0) > 0 else "less" if body.get(field, 0) < 0 else "same"


def _consent(body: Body) -> str:
    return "granted" if body.get("granted") else "withdrawn"


def _erased(body: Body) -> str:
    return "erased" if "erased" in body.get("fields", ()) else "changed"


ORDERS, BASKETS, PAYMENTS = "orders.read", "carts.read", "payments.read"
RETURNS, DOCUMENTS, VALUES, BOOKINGS = "returns.read", "documents.read", "loyalty.read", "bookings.read"
COMPANIES = "companies.read"
RECORDS, CONSENTS, REQUESTS = "customers.read", "privacy.read", "privacy.manage"
SEGMENTS = "segments.read"


def _order(*, hers: bool = True, which: Callable[[Body], str] | None = None) -> Telling:
    return Telling(kind=TouchKind.ORDER, permission=ORDERS, hers=hers, which=which)


def _payment(*, hers: bool = True) -> Telling:
    return Telling(kind=TouchKind.PAYMENT, permission=PAYMENTS, hers=hers)


def _booking() -> Telling:
    return Telling(kind=TouchKind.BOOKING, permission=BOOKINGS)


TOLD: dict[str, Telling] = {
    "orders.placed.v1": _order(),
    "orders.recorded.v1": _order(),
    "orders.edited.v1": _order(which=_by_sign("amount")),
    "orders.canceled.v1": _order(),
    "orders.handed_over.v1": _order(),
    "orders.shipped.v1": _order(which=_choice("method", "ship", "ship_to_store", "local_delivery")),
    "orders.delivered.v1": _order(),
    "orders.returned.v1": _order(),
    "orders.return_recorded.v1": _order(),
    "orders.held.v1": _order(hers=False, which=_choice("kind", "fraud", "payment", "stock", "manual")),
    "orders.released.v1": _order(hers=False),
    "orders.noted.v1": _order(hers=False),
    "orders.paid.v1": _payment(),
    "orders.payment_requested.v1": _payment(),
    "payments.refunded.v1": _payment(),
    "payments.failed.v1": _payment(hers=False),
    "payments.refund_failed.v1": _payment(hers=False),
    "carts.changed.v1": Telling(
        kind=TouchKind.BASKET, permission=BASKETS,
        which=_choice("kind", "created", "added", "quantity", "swapped", "removed", "owner", "merged", "handed_over", "coupon_added",
            "coupon_removed", "company", "requested"),
    ),
    "checkout.changed.v1": Telling(
        kind=TouchKind.BASKET, permission=BASKETS, hers=False,
        which=_choice("state", "ready_for_complete", "requires_escalation", "canceled"),
    ),
    "returns.changed.v1": Telling(
        kind=TouchKind.RETURN, permission=RETURNS,
        which=_choice("state", "requested", "approved", "in_transit", "received", "completed", "rejected", "canceled"),
    ),
    "documents.issued.v1": Telling(
        kind=TouchKind.DOCUMENT, permission=DOCUMENTS, which=_choice("type", "receipt", "invoice", "credit_note")
    ),
    "loyalty.card_issued.v1": Telling(kind=TouchKind.VALUE, permission=VALUES),
    "loyalty.credit_granted.v1": Telling(kind=TouchKind.VALUE, permission=VALUES),
    "loyalty.points_granted.v1": Telling(kind=TouchKind.VALUE, permission=VALUES),
    "loyalty.points_earned.v1": Telling(kind=TouchKind.VALUE, permission=VALUES),
    "loyalty.points_taken_back.v1": Telling(kind=TouchKind.VALUE, permission=VALUES),
    "loyalty.points_expiring.v1": Telling(kind=TouchKind.VALUE, permission=VALUES),
    "loyalty.points_expired.v1": Telling(kind=TouchKind.VALUE, permission=VALUES),
    "loyalty.member_joined.v1": Telling(kind=TouchKind.VALUE, permission=VALUES),
    "loyalty.tier_changed.v1": Telling(kind=TouchKind.VALUE, permission=VALUES),
    "loyalty.reward_taken.v1": Telling(kind=TouchKind.VALUE, permission=VALUES),
    "loyalty.card_activated.v1": Telling(kind=TouchKind.VALUE, permission=VALUES),
    "loyalty.card_expired.v1": Telling(kind=TouchKind.VALUE, permission=VALUES),
    "bookings.booked.v1": _booking(),
    "bookings.moved.v1": _booking(),
    "bookings.confirmed.v1": _booking(),
    "bookings.canceled.v1": _booking(),
    "bookings.promoted.v1": _booking(),
    "customers.created.v1": Telling(kind=TouchKind.RECORD, permission=RECORDS),
    "customers.changed.v1": Telling(kind=TouchKind.RECORD, permission=RECORDS, which=_erased),
    "identity.merged.v1": Telling(kind=TouchKind.RECORD, permission=RECORDS, hers=False),
    "identity.unmerged.v1": Telling(kind=TouchKind.RECORD, permission=RECORDS, hers=False),
    "segments.entered.v1": Telling(kind=TouchKind.RECORD, permission=SEGMENTS, hers=False),
    "segments.left.v1": Telling(kind=TouchKind.RECORD, permission=SEGMENTS, hers=False),
    "approvals.requested.v1": Telling(kind=TouchKind.ORDER, permission=COMPANIES),
    "approvals.decided.v1": Telling(
        kind=TouchKind.ORDER, permission=COMPANIES, which=_choice("state", "approved", "refused", "withdrawn", "lapsed")
    ),
    "companies.buyer_joined.v1": Telling(kind=TouchKind.RECORD, permission=COMPANIES),
    "companies.buyer_changed.v1": Telling(kind=TouchKind.RECORD, permission=COMPANIES),
    "companies.buyer_left.v1": Telling(kind=TouchKind.RECORD, permission=COMPANIES),
    "companies.household_joined.v1": Telling(kind=TouchKind.RECORD, permission=RECORDS),
    "companies.household_left.v1": Telling(kind=TouchKind.RECORD, permission=RECORDS),
    "privacy.consent_changed.v1": Telling(kind=TouchKind.CONSENT, permission=CONSENTS, which=_consent),
    "privacy.message_queued.v1": Telling(kind=TouchKind.MESSAGE, permission=CONSENTS),
    "privacy.message_stopped.v1": Telling(kind=TouchKind.MESSAGE, permission=CONSENTS, hers=False),
    "privacy.exported.v1": Telling(
        kind=TouchKind.REQUEST, permission=REQUESTS, which=_choice("state", "asked", "made", "failed")
    ),
    "privacy.erasure_changed.v1": Telling(
        kind=TouchKind.REQUEST, permission=REQUESTS,
        which=_choice("state", "requested", "scheduled", "done", "refused", "withdrawn"),
    ),
}  # fmt: skip

# Facts that are no touch of anybody, or that another fact tells better.
UNTOLD: dict[str, str] = {
    **dict.fromkeys(
        (
            "catalog.item_changed.v1", "inventory.adjusted.v1", "inventory.moved.v1", "inventory.fed.v1",
            "inventory.lease_changed.v1", "inventory.backorder_set.v1", "inventory.inbound_changed.v1",
            "inventory.count_changed.v1", "inventory.count_short.v1", "inventory.count_closed.v1",
            "fulfillment.wave_changed.v1", "fulfillment.run_changed.v1", "payments.till_closed.v1",
            "loyalty.programme_changed.v1", "pricing.prices_changed.v1", "pricing.list_changed.v1", "pricing.promotion_changed.v1", "pricing.coupons_made.v1", "pricing.carriage_changed.v1",
            "segments.segment_changed.v1",
            "companies.changed.v1", "companies.buyer_invited.v1",
        ),
        "about goods, work or tills, not about a person",
    ),
    **dict.fromkeys(
        (
            "inventory.allocated.v1", "inventory.backorder_filled.v1", "inventory.handed_over.v1", "inventory.released.v1",
            "fulfillment.sourced.v1", "fulfillment.resourced.v1", "fulfillment.changed.v1",
            "fulfillment.picked_short.v1", "fulfillment.ready.v1", "fulfillment.delivered.v1", "fulfillment.not_fetched.v1",
            "fulfillment.label_changed.v1", "fulfillment.tracked.v1", "fulfillment.arrival_changed.v1",
        ),
        "the order's own facts and letters tell it; the order's page has it in full",
    ),
    **dict.fromkeys(
        ("identity.told.v1", "identity.review_found.v1", "loyalty.birthday_set.v1"),
        "what a source told is on the record itself, and a pair in question is work for those who review it",
    ),
    **dict.fromkeys(
        ("payments.received.v1", "payments.authorized.v1", "payments.voided.v1"), "orders.paid tells it"
    ),
}  # fmt: skip


def key(type: str, body: Body) -> str:
    """The sentence's key; "" where nothing is said of this one."""
    telling = TOLD[type]
    name = f"timeline.{type.rpartition('.v')[0]}"
    if telling.which is None:
        return name
    which = telling.which(body)
    return f"{name}.{which}" if which else ""


def read(body: str) -> Body:
    return msgspec.json.decode(body, type=dict[str, Any], dec_hook=decode_hook)
