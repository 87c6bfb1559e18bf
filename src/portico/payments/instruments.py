"""Instruments as they come in over HTTP, and who may pay with which."""

from collections.abc import Sequence

import msgspec

from portico.loyalty import guarding
from portico.payments import rules
from portico.payments.types import WALLET, Own, Tender, TooManyTenders
from portico.platform.auth.types import Kind
from portico.platform.http import Door
from portico.platform.refusals import Forbidden, Invalid

CREDENTIAL_LENGTH_MAX = 300
AT_A_TILL = (Own.CASH, Own.TERMINAL)


class Instrument(msgspec.Struct, frozen=True):
    """One of the things it is paid with. `amount` left out: whatever the others leave.

    `handler` is `cash` (with `tendered`), `terminal` (a card machine: `credential` is its approval code, `last4` the card's),
    `gift_card` (`credential` is its code, or the id of one in the customer's wallet), `store_credit`, `points`, `wallet` (`credential` is what a code on
    her phone came to when it was scanned: her cards and her credit pay, once), `invoice` (`due_days`), or a provider's, as `stripe`
    (`credential` is the token that its own script made in the buyer's browser). A card's number is refused, and kept nowhere.
    """

    handler: str
    amount: int | None = None
    tendered: int | None = None
    credential: str = ""
    last4: str = ""
    due_days: int | None = None


class CashTendered(msgspec.Struct, frozen=True):
    """Cash on the counter, where that is all it is paid with."""

    tendered: int


async def guard(door: Door, instruments: Sequence[Instrument]) -> None:
    """Before anything is done with codes of gift cards: whoever tries them in vain is slowed down. Every door that reads instruments
    asks this too. Refuses UnknownCard, TooManyTries."""
    codes = [one.credential for one in instruments if one.handler == Own.GIFT_CARD]
    if codes:
        await guarding.check(door.database, codes=codes, asker=door.principal, address=door.address)


def read(door: Door, instruments: Sequence[Instrument], *, cash: CashTendered | None = None) -> tuple[Tender, ...]:
    """Instruments as tenders, cash on the counter last. Refuses Invalid, CardNumber, TooManyTenders, and Forbidden to who may not pay so.

    What goes into a drawer or through a card machine needs `payments.cash` at the asker's till; an invoice `payments.invoice`, but
    where a company owes it: that is judged with the order.
    """
    if cash is not None:
        instruments = [*instruments, Instrument(handler=Own.CASH, tendered=cash.tendered)]
    if len(instruments) > rules.TENDERS_MAX:
        raise TooManyTenders(tenders_max=rules.TENDERS_MAX)
    for i, one in enumerate(instruments):
        rules.refuse_card_numbers(one.last4, "" if one.handler == Own.GIFT_CARD else one.credential)
        if len(one.credential) > CREDENTIAL_LENGTH_MAX or len(one.last4) > 4:
            raise Invalid(errors=[{"field": f"instruments[{i}]", "message": f"<= {CREDENTIAL_LENGTH_MAX}"}])
        asker = door.principal
        if one.handler in AT_A_TILL:
            asker.require("payments.cash", at=asker.location_id)
        if one.handler in (Own.STORE_CREDIT, Own.POINTS, WALLET) and asker.kind not in (
            Kind.CUSTOMER,
            Kind.STAFF,
            Kind.CLIENT,
        ):
            raise Forbidden(permission=f"payments.{one.handler}")
    return tuple(
        Tender(
            handler=one.handler, amount=one.amount, tendered=one.tendered, credential=one.credential, last4=one.last4,
            due_days=one.due_days,
            companies_only=one.handler == Own.INVOICE and not door.principal.may("payments.invoice", at=door.principal.location_id),
        )
        for one in instruments
    )  # fmt: skip
