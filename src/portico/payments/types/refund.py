"""Giving money back."""

import msgspec

from portico.business.types import MarketId
from portico.payments.types.payment import OperationId, PaymentId
from portico.payments.types.provider import RefundMode


class RefundPolicy(msgspec.Struct, frozen=True):
    """How what goes back is shared among the tenders it was paid with: in proportion, or one after the other by `handlers`.

    Handlers that are not named come last.
    """

    market_id: MarketId
    mode: RefundMode = RefundMode.IN_PROPORTION
    handlers: tuple[str, ...] = ()


class Refund(msgspec.Struct, frozen=True):
    """So much goes back to the tender it came from; `to` names another one where that one cannot take it.

    `done`: it has gone back; a provider's is under way until it says so. `card_code` is that of a gift card that was made for
    it: told this once.
    """

    id: OperationId
    payment_id: PaymentId
    handler: str
    to: str
    amount: int
    done: bool
    card_code: str = ""
