"""Taking what a buyer pays with at once: many orders, several tenders each, in one statement per table."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from portico.companies import api as companies
from portico.companies.types import CreditOver
from portico.customers.types import CustomerId
from portico.ledger import api as ledger
from portico.ledger.types import Account, Transfer
from portico.loyalty import api as loyalty
from portico.loyalty.types import (
    POINTS,
    Burn,
    Burnable,
    GiftCard,
    GiftCardId,
    ProgrammeId,
    UnknownCard,
    WalletCodeId,
    credit_account,
    points_account,
)
from portico.payments import holding, rules, store
from portico.payments.events import PaymentReceived
from portico.payments.rules import Offer
from portico.payments.types import (
    NoCustomer,
    NotEnough,
    NotGood,
    NotHeld,
    NoTill,
    Own,
    PayAsk,
    Payment,
    PaymentId,
    State,
    Tender,
    TooManyTenders,
    UnknownHandler,
)
from portico.platform import money
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id, encode_hook
from portico.platform.refusals import Forbidden, Refused
from portico.pricing.types import AmountTooLarge

ORDER = "ord"  # the kind of id of what is placed: a payment that is an order's is nobody else's
DUE_DAYS = 30
DUE_DAYS_MAX = 365


class Taking(msgspec.Struct, frozen=True):
    """A payment as it will stand, and what moves for it in the ledger. `held`: a provider has it already."""

    payment: Payment
    reference: Id
    by: Hand
    source: Account | None = None
    target: Account | None = None
    held: bool = False
    programme_id: ProgrammeId | None = None
    customer_ids: tuple[CustomerId, ...] = ()
    claim_id: WalletCodeId | None = None

    @property
    def units(self) -> int:
        return self.payment.amount * self.payment.units_per_minor


Plan = tuple[Taking, ...]


class _Known(msgspec.Struct, frozen=True):
    """What had to be looked up: cards by their codes, balances, what points are worth, payments that providers hold."""

    cards: Mapping[str, GiftCard] = {}
    told: Mapping[GiftCardId, GiftCard] = {}
    balances: Mapping[str, int] = {}
    burnable: Mapping[Id, Burnable] = {}  # by what is paid for
    held: Mapping[PaymentId, Payment] = {}

    def card(self, ask: PayAsk, one: Tender) -> GiftCard:
        """Told before, by its id where it is the buyer's own, or by its code."""
        found = self.told.get(one.card_id) if one.card_id else self.cards.get(one.credential)
        if found is None and (id := holding.card_id(one)):
            found = self.told.get(id)
            found = found if found and found.customer_id in ask.customer_ids else None
        if found is None:
            raise UnknownCard()
        return found


async def plan(tx: Tx, *, asks: Sequence[PayAsk]) -> list[Plan | Refused]:
    """How each ask would be paid; nothing is taken yet. Cash alone costs no query.

    Refuses NotEnough, TooMuch, NoTill, NoCustomer, UnknownHandler, UnknownCard, NotGood, NotHeld, CardNumber, TooManyTenders,
    AmountTooLarge, CodeOver, CreditOver.
    """
    opened = await holding.look_through(tx, asks)
    known = await _look_up(tx, [one for one in opened if isinstance(one, PayAsk)])
    plans: list[Plan | Refused] = []
    for ask in opened:
        try:
            plans.append(ask if isinstance(ask, Refused) else _plan(ask, known))
        except Refused as refused:
            plans.append(refused)
    return plans


def granted(plans: Sequence[Plan | Refused]) -> Plan:
    """The one plan; raises the refusal in its place."""
    (found,) = plans
    if isinstance(found, Refused):
        raise found
    return found


async def shares(tx: Tx, *, ask: PayAsk) -> list[tuple[Tender, int]]:
    """Which tenders there come to be and how much each would pay, one that a provider is still to be asked for among them. Refuses
    as `plan` does."""
    if not ask.due:
        return []
    (opened,) = await holding.look_through(tx, [ask])
    if isinstance(opened, Refused):
        raise opened
    _check(opened)
    known = await _look_up(tx, [opened])
    offers = [_offer(opened, one, known, asking=True) for one in opened.tenders]
    found = rules.share(ask.due, offers, currency=ask.currency)
    if isinstance(found, Refused):
        raise found
    return list(zip(opened.tenders, found, strict=True))


async def _look_up(tx: Tx, asks: Sequence[PayAsk]) -> _Known:
    """One query per kind of tender that is there at all."""
    named = [(ask, one) for ask in asks for one in ask.tenders]
    codes = [one.credential for _, one in named if one.handler == Own.GIFT_CARD and not one.card_id]
    card_ids = sorted(
        {id for _, one in named if one.handler == Own.GIFT_CARD and (id := one.card_id or holding.card_id(one))}
    )
    own = [
        credit_account(one.holder or ask.customer_id, ask.currency).code
        for ask, one in named
        if ask.customer_id and one.handler == Own.STORE_CREDIT
    ]
    burns = {ask.reference: ask for ask, one in named if one.handler == Own.POINTS and ask.customer_id}
    held_ids = sorted({one.payment_id for _, one in named if one.payment_id})
    return _Known(
        cards=await loyalty.cards(tx, codes=codes) if codes else {},
        told={one.id: one for one in await loyalty.cards_by_id(tx, ids=card_ids)} if card_ids else {},
        balances=await ledger.balances(tx, codes=own) if own else {},
        burnable=await holding.burnable(tx, burns) if burns else {},
        held={one.id: one for one in await tx.all(store.LOCK, ids=held_ids)} if held_ids else {},
    )


def _plan(ask: PayAsk, known: _Known) -> Plan:
    if ask.due == 0:
        return ()
    _check(ask)
    parts = rules.share(ask.due, [_offer(ask, one, known) for one in ask.tenders], currency=ask.currency)
    if isinstance(parts, Refused):
        raise parts
    owed = sum(share for one, share in zip(ask.tenders, parts, strict=True) if one.handler == Own.INVOICE)
    if owed and ask.on_account and owed > ask.on_account.left:
        raise CreditOver(left=ask.on_account.left, amount=owed, currency=ask.currency)
    return tuple(
        _taking(ask, one, share, known) for one, share in zip(ask.tenders, parts, strict=True) if share
    )  # fmt: skip


def _check(ask: PayAsk) -> None:
    if len(ask.tenders) > rules.TENDERS_MAX:
        raise TooManyTenders(tenders_max=rules.TENDERS_MAX)
    for one in ask.tenders:
        if one.amount is not None and one.amount <= 0:
            raise NotEnough(due=ask.due, tendered=one.amount, currency=ask.currency)
        rules.refuse_card_numbers(one.last4, *([] if one.handler == Own.GIFT_CARD else [one.credential]))


def _offer(ask: PayAsk, one: Tender, known: _Known, *, asking: bool = False) -> Offer:
    match one.handler:
        case Own.CASH:
            if ask.by.till_id is None:
                raise NoTill()
            tendered = one.tendered if one.tendered is not None else one.amount or 0
            if tendered > money.AMOUNT_MAX:
                raise AmountTooLarge(amount=money.AMOUNT_MAX)
            return Offer(one.handler, one.amount, tendered)
        case Own.TERMINAL:
            if ask.by.till_id is None:
                raise NoTill()
            return Offer(one.handler, one.amount, ask.due)
        case Own.GIFT_CARD:
            card = known.card(ask, one)
            if card.currency != ask.currency or not card.good(at=ask.occurred_at):
                raise NotGood(handler=one.handler)
            return Offer(one.handler, one.amount, card.balance)
        case Own.STORE_CREDIT:
            account = credit_account(_customer(ask, one), ask.currency)
            return Offer(one.handler, one.amount, known.balances.get(account.code, 0))
        case Own.POINTS:
            _customer(ask, one)
            burnable = known.burnable.get(ask.reference)
            if burnable is None:
                raise NotGood(handler=one.handler)
            return Offer(one.handler, one.amount, burnable.amount)
        case Own.INVOICE:
            if one.companies_only and ask.on_account is None:
                raise Forbidden(permission="payments.invoice")
            _customer(ask, one)
            return Offer(one.handler, one.amount, ask.due)
    if asking and one.payment_id is None:
        return Offer(one.handler, one.amount, ask.due)
    return _provider_offer(one, known)


def _provider_offer(one: Tender, known: _Known) -> Offer:
    """What a provider holds is used whole."""
    if one.payment_id is None:
        raise UnknownHandler(handler=one.handler)
    held = known.held.get(one.payment_id)
    used = held is not None and held.reference_kind == ORDER
    if held is None or used or held.handler != one.handler or held.state not in (State.AUTHORIZED, State.CAPTURED):
        raise NotHeld(payment_id=one.payment_id)
    return Offer(one.handler, held.amount, held.amount)


def _customer(ask: PayAsk, one: Tender) -> CustomerId:
    if ask.customer_id is None:
        raise NoCustomer(handler=one.handler)
    return one.holder or ask.customer_id


def _taking(ask: PayAsk, one: Tender, share: int, known: _Known) -> Taking:
    if one.payment_id is not None:
        return Taking(known.held[one.payment_id], ask.reference, ask.by, held=True)
    source, target, rate, details = _accounts(ask, one, known)
    tendered = max(share, one.tendered or 0) if one.handler == Own.CASH else share
    asked_days = ask.on_account.days if ask.on_account else one.due_days
    days = min(max(asked_days if asked_days is not None else DUE_DAYS, 0), DUE_DAYS_MAX)
    invoiced = one.handler == Own.INVOICE
    payment = Payment(
        id=PaymentId.new(),
        reference=ask.reference.uuid,
        reference_kind=ask.reference.prefix,
        handler=one.handler,
        amount=share,
        tendered=tendered,
        change=tendered - share,
        currency=ask.currency,
        location_id=ask.by.location_id,
        till_id=ask.by.till_id,
        actor=ask.by.actor,
        actor_name=ask.by.actor_name,
        channel_id=ask.by.channel_id,
        occurred_at=ask.occurred_at,
        state=State.AUTHORIZED if invoiced else State.CAPTURED,
        authorized=share if invoiced else 0,
        captured=0 if invoiced else share,
        from_account=source.code if source else None,
        to_account=target.code if target else None,
        unit=target.unit if target else None,
        units_per_minor=rate,
        details=details,
        due_at=ask.occurred_at + timedelta(days=days) if invoiced else None,
    )
    burnable = known.burnable.get(ask.reference) if one.handler == Own.POINTS else None
    return Taking(
        payment, ask.reference, ask.by, source, target, programme_id=burnable.programme_id if burnable else None,
        customer_ids=ask.customer_ids, claim_id=one.claim_id,
    )  # fmt: skip


def _accounts(ask: PayAsk, one: Tender, known: _Known) -> tuple[Account | None, Account | None, int, dict[str, Any]]:
    """From which account value goes to which, how many units for a minor unit, and what is worth knowing of it."""
    currency, place = ask.currency, (ask.by.location_id or ask.market_id.uuid).hex
    match one.handler:
        case Own.CASH:
            return takings(ask.by.till_id, currency), drawer(ask.by.till_id, currency), 1, {}
        case Own.TERMINAL:
            details = {name: text for name, text in (("approval", one.credential), ("last4", one.last4)) if text}
            return takings(ask.by.till_id, currency), terminal(ask.by.till_id, currency), 1, details
        case Own.GIFT_CARD:
            card = known.card(ask, one)
            return card.account, redeemed(one.handler, place, currency), 1, {"last4": card.last4}
        case Own.STORE_CREDIT:
            return credit_account(_customer(ask, one), currency), redeemed(one.handler, place, currency), 1, {}
        case Own.POINTS:
            rate = known.burnable[ask.reference].points_per_minor
            return points_account(_customer(ask, one)), redeemed(one.handler, place, POINTS), rate, {}
        case Own.INVOICE if ask.on_account:
            return companies.lent(currency), companies.owes(ask.on_account.company_id, currency), 1, {}
    return None, None, 1, {}


def takings(till_id: UUID | None, currency: str) -> Account:
    return Account(f"till:{_hex(till_id)}:takings:{currency}", "takings", currency)


def drawer(till_id: UUID | None, currency: str) -> Account:
    return Account(f"till:{_hex(till_id)}:drawer:{currency}", "drawer", currency, minimum=0)


def terminal(till_id: UUID | None, currency: str) -> Account:
    return Account(f"till:{_hex(till_id)}:terminal:{currency}", "terminal", currency)


def redeemed(kind: str, place: str, unit: str) -> Account:
    """Where stored value goes that was spent at a place."""
    return Account(f"redeemed:{kind}:{place}:{unit}", "redeemed", unit)


def _hex(till_id: UUID | None) -> str:
    return till_id.hex if till_id else "none"


async def take(tx: Tx, *, plans: Sequence[Plan]) -> list[tuple[Payment, ...]]:
    """Take what was planned: payments, and what moves for them in the ledger.

    Raises BelowMinimum where a balance is not what it was when it was planned, CodeOver where a code on a phone has paid meanwhile;
    nothing of this transaction may then stay, and whoever took many at once takes each alone. Locks points accounts, then the other
    ledger accounts, each in order of their codes.
    """
    fresh = [one for each in plans for one in each if not one.held]
    if fresh:
        await tx.run(store.RECORD, **columns([one.payment for one in fresh]), now=tx.now)
        burns = [_burn(one, one.target) for one in fresh if one.payment.handler == Own.POINTS and one.target]
        if burns:
            await loyalty.burn(tx, burns=burns)
        if claimed := list({(one.claim_id, one.reference) for one in fresh if one.claim_id}):
            await loyalty.use_claims(tx, paid=claimed)
        moved = [
            _transfer(one, one.source, one.target)
            for one in fresh
            if one.source and one.target and one.payment.handler != Own.POINTS
        ]
        await ledger.transfer_all(tx, transfers=moved)
    if held := [one for each in plans for one in each if one.held]:
        await tx.run(
            store.ATTACH,
            ids=[one.payment.id for one in held],
            references=[one.reference for one in held],
            reference_kinds=[one.reference.prefix for one in held],
        )
    tx.emit(
        PaymentReceived(
            subject=one.reference, by=one.by, occurred_at=one.payment.occurred_at, handler=one.payment.handler,
            amount=one.payment.captured, currency=one.payment.currency, payment_id=one.payment.id,
        )
        for one in fresh
        if one.payment.captured
    )  # fmt: skip
    return [
        tuple(
            msgspec.structs.replace(one.payment, reference=one.reference.uuid, reference_kind=one.reference.prefix)
            for one in each
        )
        for each in plans
    ]


def _burn(one: Taking, target: Account) -> Burn:
    return Burn(
        reference=one.payment.id, about=str(one.reference), customer_ids=one.customer_ids, points=one.units,
        programme_id=one.programme_id, target=target, reason=f"{one.payment.handler}_sale", actor=one.payment.actor,
        occurred_at=one.payment.occurred_at,
    )  # fmt: skip


def _transfer(one: Taking, source: Account, target: Account) -> Transfer:
    return Transfer(
        source=source,
        target=target,
        amount=one.units,
        reason=f"{one.payment.handler}_sale",
        reference=str(one.reference),
        actor=one.payment.actor,
        occurred_at=one.payment.occurred_at,
    )


def columns(payments: Sequence[Payment]) -> dict[str, list[Any]]:
    """Payments as the columns of `store.RECORD`."""
    return {
        "ids": [one.id for one in payments],
        "references": [one.reference for one in payments],
        "reference_kinds": [one.reference_kind for one in payments],
        "handlers": [one.handler for one in payments],
        "amounts": [one.amount for one in payments],
        "tendereds": [one.tendered for one in payments],
        "currencies": [one.currency for one in payments],
        "location_ids": [one.location_id for one in payments],
        "till_ids": [one.till_id for one in payments],
        "actors": [one.actor for one in payments],
        "actor_names": [one.actor_name for one in payments],
        "channel_ids": [one.channel_id for one in payments],
        "occurred_ats": [one.occurred_at for one in payments],
        "states": [one.state for one in payments],
        "authorizeds": [one.authorized for one in payments],
        "captureds": [one.captured for one in payments],
        "from_accounts": [one.from_account for one in payments],
        "to_accounts": [one.to_account for one in payments],
        "units": [one.unit for one in payments],
        "units_per_minors": [one.units_per_minor for one in payments],
        "details": [msgspec.json.encode(one.details, enc_hook=encode_hook).decode() for one in payments],
        "due_ats": [one.due_at for one in payments],
    }
