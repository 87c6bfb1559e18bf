"""Pure decisions about requests."""

from collections.abc import Sequence
from datetime import datetime

from portico.approvals.types import Event, Request, State, Wanted, WantedLine, WantedPart
from portico.business.types import LocationId
from portico.companies.types import Buyer, Company
from portico.customers.types import CustomerId
from portico.orders.types import Allotment, Method, OrderId, PlaceLine, PlaceOrder
from portico.payments.types import Own, Tender
from portico.platform.events import Hand

FOLLOWS: dict[tuple[State, Event], State] = {
    (State.REQUESTED, Event.APPROVE): State.APPROVED,
    (State.REQUESTED, Event.REFUSE): State.REFUSED,
    (State.REQUESTED, Event.WITHDRAW): State.WITHDRAWN,
    (State.REQUESTED, Event.LAPSE): State.LAPSED,
}
BOOKED = frozenset({Method.DRIVE_UP, Method.LOCAL_DELIVERY})  # ways that have a time of their own


def standing(request: Request, *, at: datetime) -> State:
    """Its state now: one that nobody decided on in time has lapsed, whether that was written down or not."""
    if request.state is State.REQUESTED and request.expires_at <= at:
        return State.LAPSED
    return request.state


def may_decide(request: Request, *, by: Buyer | None, records: Sequence[CustomerId], company: Company) -> bool:
    """Whether somebody of the company, whose records these are, may approve or refuse it."""
    if by is None or not by.role.approves:
        return False
    return company.policy.approve_own or request.customer_id not in records


def wanted(place: PlaceOrder, *, on_account: bool) -> Wanted:
    """What an order asks for, without what was only held for it. What is shipped is sent from wherever is best by then."""
    return Wanted(
        lines=tuple(
            WantedLine(
                line.line_id,
                line.variant_id,
                tuple(WantedPart(one.method, _place(one, place), one.quantity) for one in line.allotments),
                line.parent_id,
            )
            for line in place.lines
        ),
        language=place.language, term=place.term, on_account=on_account, po_number=place.po_number, codes=place.codes,
        buyer=place.buyer, destination=place.destination, ship_to=place.ship_to,
    )  # fmt: skip


def _place(one: Allotment, place: PlaceOrder) -> LocationId | None:
    return None if one.method is Method.SHIP and place.destination is not None else one.location_id


def to_place(request: Request, *, by: Hand, at: datetime, expected_total: int | None) -> PlaceOrder:
    """The order that an approved request becomes."""
    want = request.wanted
    return PlaceOrder(
        order_id=OrderId.new(),
        market_id=request.market_id,
        lines=tuple(
            PlaceLine(
                line.line_id,
                line.variant_id,
                tuple(Allotment(one.method, one.location_id, one.quantity) for one in line.parts),
                line.parent_id,
            )
            for line in want.lines
        ),
        by=by,
        occurred_at=at,
        language=want.language,
        term=want.term,
        tenders=(Tender(handler=Own.INVOICE),) if want.on_account else (),
        codes=want.codes,
        expected_total=expected_total,
        customer_id=request.customer_id,
        buyer=want.buyer,
        destination=want.destination,
        ship_to=want.ship_to,
        company_id=request.company_id,
        po_number=want.po_number,
        approved=True,
        external_ref=f"approval:{request.id}",
        origin={"approval_id": str(request.id)},
    )
