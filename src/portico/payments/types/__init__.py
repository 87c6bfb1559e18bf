"""Payments as values."""

from portico.payments.types.closing import BadCash, CashMove, CashMoveKind, TillClose, TillCloseId, TillReport
from portico.payments.types.payment import (
    WALLET,
    Action,
    ActionType,
    Event,
    Operation,
    OperationId,
    OperationKind,
    OperationState,
    Own,
    Payment,
    PaymentId,
    State,
    is_own,
)
from portico.payments.types.provider import (
    Ask,
    BadSignature,
    Declined,
    InBrowser,
    InProgress,
    Lost,
    MoreThanOwed,
    MoreThanPaid,
    Outcome,
    ProviderEvent,
    RefundMode,
    Result,
    Transaction,
    Unreached,
)
from portico.payments.types.refund import PolicyChanged, Refund, RefundPolicy
from portico.payments.types.tender import (
    CardNumber,
    NoCustomer,
    NotEnough,
    NotGood,
    NotHeld,
    NothingDue,
    NoTill,
    OnAccount,
    PayAsk,
    Tender,
    TooManyTenders,
    TooMuch,
    UnknownHandler,
    cash,
)

__all__ = [
    "WALLET",
    "Action", "ActionType", "Ask", "BadCash", "BadSignature", "CardNumber", "CashMove", "CashMoveKind", "Declined",
    "Event", "InBrowser", "InProgress", "Lost", "MoreThanOwed", "MoreThanPaid", "NoCustomer", "NoTill", "NotEnough", "NotGood", "NotHeld", "NothingDue", "OnAccount",
    "Operation", "OperationId", "OperationKind", "OperationState", "Outcome", "Own", "PayAsk", "Payment", "PaymentId", "PolicyChanged",
    "ProviderEvent", "Refund", "RefundMode", "RefundPolicy", "Result", "State", "Tender", "TillClose", "TillCloseId",
    "TillReport", "TooManyTenders", "TooMuch", "Transaction", "UnknownHandler", "Unreached", "cash", "is_own",
]  # fmt: skip
