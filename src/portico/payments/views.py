"""Payments as the faces see them."""

from collections.abc import Sequence

import msgspec

from portico.payments.types import OperationId, PaymentId, Refund


class RefundView(msgspec.Struct, frozen=True):
    """So much goes back to `to`; not `done`: a provider was asked. `card_code` is a new gift card's, told this once."""

    id: OperationId
    payment_id: PaymentId
    to: str
    amount: int
    done: bool
    card_code: str


def refund_views(refunds: Sequence[Refund], *, told: bool = True) -> tuple[RefundView, ...]:
    """`told` False: of what was only tried, no card's code is told."""
    return tuple(
        RefundView(one.id, one.payment_id, one.to, one.amount, one.done, one.card_code if told else "")
        for one in refunds
    )
