"""Giving money back."""

from dataclasses import dataclass

import msgspec

from portico.business.types import MarketId
from portico.payments.types.payment import OperationId, PaymentId
from portico.payments.types.provider import RefundMode
from portico.platform.refusals import Refused


class RefundPolicy(msgspec.Struct, frozen=True):
    """How what goes back is shared among the tenders it was paid with: in proportion, or one after the other by `handlers`.

    Handlers that are not named come last. `version` 0: nobody has set one yet.
    """

    market_id: MarketId
    mode: RefundMode = RefundMode.IN_PROPORTION
    handlers: tuple[str, ...] = ()
    version: int = 0


@dataclass(eq=False)
class PolicyChanged(Refused):
    """Somebody else has changed it meanwhile: look again."""

    code, status = "payments.policy_changed", 409
    version: int


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
