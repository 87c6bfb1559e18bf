"""What others may ask of carts. Every change raises the cart's version and is kept with its channel and actor."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from itsdangerous import BadSignature, URLSafeSerializer

from portico.business.types import MarketId
from portico.carts import rules, store
from portico.carts.events import CartChanged
from portico.carts.rules import check_lines as check_lines
from portico.carts.types import (
    Baton,
    BatonExpired,
    BatonId,
    BatonOfAnother,
    BatonUnknown,
    BatonUsed,
    Cart,
    CartId,
    Change,
    ChangeId,
    ChangeKind,
    Edit,
    Head,
    Line,
    Owner,
    UnknownVariant,
)
from portico.catalog import api as catalog
from portico.companies import api as companies
from portico.companies.types import CompanyId
from portico.customers.types import CustomerId
from portico.platform.db import Tx, UniqueViolation
from portico.platform.events import Hand
from portico.platform.refusals import NotFound
from portico.pricing import api as pricing
from portico.pricing.types import CODES_MAX, LineItemId, TooManyCoupons

REQUESTED = ChangeKind.REQUESTED  # what was asked for waits elsewhere
BATONS_KEPT = timedelta(days=7)
BATON_LASTS = timedelta(minutes=15)
BATON_TRIES = 8
_SALT = "portico.carts.baton"


async def create(tx: Tx, *, market_id: MarketId, owner: Owner, by: Hand) -> Cart:
    """The owner's cart in a market, new if there is none; always a new one for nobody (a till's)."""
    head = await tx.maybe(
        store.CREATE,
        id=CartId.new(),
        market_id=market_id,
        customer_id=owner.customer_id,
        guest_id=owner.guest_id,
        now=tx.now,
    )
    if head is None:
        found = await current(tx, market_id=market_id, owner=owner)
        if found is None:
            raise LookupError("a cart that could neither be made nor found")
        return found
    await _record(tx, [(_change(head, head.version, ChangeKind.CREATED, by, tx), head, by)])
    return Cart(head, ())


async def current(tx: Tx, *, market_id: MarketId, owner: Owner) -> Cart | None:
    """The owner's cart in a market."""
    if owner.customer_id is None and owner.guest_id is None:
        return None
    head = await tx.maybe(store.OF, market_id=market_id, customer_id=owner.customer_id, guest_id=owner.guest_id)
    return None if head is None else Cart(head, tuple(await tx.all(store.LINES, ids=[head.id])))


async def of_customers(tx: Tx, *, customer_ids: Sequence[CustomerId]) -> list[Head]:
    """The carts of a customer, whose records these are, the one touched last first."""
    return await tx.all(store.OF_CUSTOMERS, customer_ids=list(customer_ids))


async def cart(tx: Tx, *, cart_id: CartId) -> Cart:
    """Refuses NotFound."""
    return (await carts(tx, ids=[cart_id]))[0]


async def carts(tx: Tx, *, ids: Sequence[CartId]) -> list[Cart]:
    """Carts by id, in that order. Refuses NotFound."""
    return await _whole(tx, ids, await tx.all(store.FIND, ids=list(ids)))


async def lock(tx: Tx, *, ids: Sequence[CartId]) -> list[Cart]:
    """The same, and nobody else may change them until the transaction ends. Locks in order of ids."""
    return await _whole(tx, ids, await tx.all(store.LOCK, ids=list(ids)))


async def _whole(tx: Tx, ids: Sequence[CartId], heads: Sequence[Head]) -> list[Cart]:
    by_id = {one.id: one for one in heads}
    for one in ids:
        if one not in by_id:
            raise NotFound(what="cart", id=str(one))
    lines: defaultdict[CartId, list[Line]] = defaultdict(list)
    for line in await tx.all(store.LINES, ids=list(ids)):
        lines[line.cart_id].append(line)
    return [Cart(by_id[one], tuple(lines[one])) for one in ids]


async def edit(tx: Tx, *, edit: Edit) -> Cart:
    """Add a line, set its quantity (0 removes it), or swap its variant. Locks the cart.

    Adding what is there already raises that line's quantity. Refuses NotFound, UnknownLine, UnknownVariant,
    BadQuantity, CartFull.
    """
    (found,) = await lock(tx, ids=[edit.cart_id])
    line = rules.check(edit, found.lines)
    if edit.variant_id is not None and edit.variant_id not in await catalog.variants(tx, ids=[edit.variant_id]):
        raise UnknownVariant(variant_id=edit.variant_id)
    change: Change | None
    if line is None:
        change = await _add(tx, found, edit)
    elif edit.line_id is None:
        change = await _set(tx, found, line, edit, quantity=line.quantity + (edit.quantity or 1))
    else:
        change = await _set(tx, found, line, edit, quantity=line.quantity if edit.quantity is None else edit.quantity)
    if change is not None:
        await _record(tx, [(change, found.head, edit.by)])
    return await cart(tx, cart_id=edit.cart_id)


async def add_coupon(tx: Tx, *, cart_id: CartId, code: str, by: Hand) -> Cart:
    """Put a coupon into a cart: it holds wherever the cart goes. Locks the cart. Refuses NotFound, UnknownCoupon, TooManyCoupons."""
    (found,) = await lock(tx, ids=[cart_id])
    kept = await pricing.coupons.check(tx, code=code, customer_id=found.head.customer_id)
    if kept in found.head.codes:
        return found
    if len(found.head.codes) >= CODES_MAX:
        raise TooManyCoupons(coupons_max=CODES_MAX)
    return await _set_codes(tx, found, (*found.head.codes, kept), ChangeKind.COUPON_ADDED, by)


async def remove_coupon(tx: Tx, *, cart_id: CartId, code: str, by: Hand) -> Cart:
    """Take a coupon out again; one that is not there is no trouble. Locks the cart. Refuses NotFound."""
    (found,) = await lock(tx, ids=[cart_id])
    left = tuple(one for one in found.head.codes if one != code.upper())
    if left == found.head.codes:
        return found
    return await _set_codes(tx, found, left, ChangeKind.COUPON_REMOVED, by)


async def _set_codes(tx: Tx, found: Cart, codes: Sequence[str], kind: ChangeKind, by: Hand) -> Cart:
    await tx.run(store.SET_CODES, ids=[found.head.id], codes=[" ".join(codes)])
    await _record(tx, [(_change(found.head, found.head.version + 1, kind, by, tx), found.head, by)])
    return await cart(tx, cart_id=found.head.id)


async def set_company(tx: Tx, *, cart_id: CartId, company_id: CompanyId | None, po_number: str, by: Hand) -> Cart:
    """For which company a basket is bought, or for none; whoever asks has seen that she may. Locks the cart. Refuses NotFound, BadCompany."""
    kept = companies.read_po(po_number) if company_id else ""
    (found,) = await lock(tx, ids=[cart_id])
    if (found.head.company_id, found.head.po_number) == (company_id, kept):
        return found
    await tx.run(store.SET_COMPANY, ids=[cart_id], company_id=company_id, po_number=kept)
    await _record(tx, [(_change(found.head, found.head.version + 1, ChangeKind.COMPANY, by, tx), found.head, by)])
    return await cart(tx, cart_id=cart_id)


async def _add(tx: Tx, found: Cart, edit: Edit) -> Change:
    if edit.variant_id is None:
        raise ValueError("a new line needs a variant")
    line = Line(
        id=LineItemId.new(),
        cart_id=edit.cart_id,
        variant_id=edit.variant_id,
        quantity=edit.quantity or 1,
        parent_id=edit.parent_id,
        actor=edit.by.actor,
        actor_name=edit.by.actor_name,
        channel_id=edit.by.channel_id,
        added_at=tx.now,
    )
    await _insert(tx, [line])
    return _change(
        found.head, found.head.version + 1, ChangeKind.ADDED, edit.by, tx, line=line, to_quantity=line.quantity
    )


async def _insert(tx: Tx, lines: Sequence[Line]) -> None:
    await tx.run(
        store.ADD_LINES,
        ids=[one.id for one in lines],
        cart_ids=[one.cart_id for one in lines],
        variant_ids=[one.variant_id for one in lines],
        quantities=[one.quantity for one in lines],
        parent_ids=[one.parent_id for one in lines],
        actors=[one.actor for one in lines],
        actor_names=[one.actor_name for one in lines],
        channel_ids=[one.channel_id for one in lines],
        added_ats=[one.added_at for one in lines],
    )


async def _set(tx: Tx, found: Cart, line: Line, edit: Edit, *, quantity: int) -> Change | None:
    version = found.head.version + 1
    if quantity == 0:
        await tx.run(store.DROP_LINES, ids=[line.id])
        return _change(
            found.head, version, ChangeKind.REMOVED, edit.by, tx, line=line, from_quantity=line.quantity, to_quantity=0
        )
    after = msgspec.structs.replace(line, variant_id=edit.variant_id or line.variant_id, quantity=quantity)
    if after == line:
        return None
    await tx.run(store.SET_LINES, ids=[after.id], variant_ids=[after.variant_id], quantities=[after.quantity])
    swapped = after.variant_id != line.variant_id
    return _change(
        found.head, version, ChangeKind.SWAPPED if swapped else ChangeKind.QUANTITY, edit.by, tx, line=after,
        from_quantity=line.quantity, to_quantity=quantity, from_line=line if swapped else None,
    )  # fmt: skip


def _change(
    head: Head, version: int, kind: ChangeKind, by: Hand, tx: Tx, *, line: Line | None = None, from_line: Line | None = None,
    from_quantity: int | None = None, to_quantity: int | None = None,
) -> Change:  # fmt: skip
    return Change(
        id=ChangeId.new(),
        cart_id=head.id,
        version=version,
        kind=kind,
        line_id=line.id if line else None,
        variant_id=line.variant_id if line else None,
        from_quantity=from_quantity,
        to_quantity=to_quantity,
        from_variant_id=from_line.variant_id if from_line else None,
        actor=by.actor,
        actor_name=by.actor_name,
        channel_id=by.channel_id,
        at=tx.now,
    )


async def _record(tx: Tx, done: Sequence[tuple[Change, Head, Hand]]) -> None:
    """Keep what was done, raise the versions, announce it."""
    changes = [change for change, _, _ in done]
    await tx.run(
        store.TOUCH, ids=[one.cart_id for one in changes], versions=[one.version for one in changes], now=tx.now
    )
    await tx.run(store.RECORD, **_columns(changes))
    tx.emit(
        CartChanged(
            subject=change.cart_id, by=by, occurred_at=tx.now, customer_id=head.customer_id, version=change.version,
            kind=change.kind, line_id=change.line_id, variant_id=change.variant_id, to_quantity=change.to_quantity,
        )
        for change, head, by in done
    )  # fmt: skip


def _columns(changes: Sequence[Change]) -> dict[str, list[Any]]:
    return {
        "ids": [one.id for one in changes],
        "cart_ids": [one.cart_id for one in changes],
        "versions": [one.version for one in changes],
        "kinds": [one.kind for one in changes],
        "line_ids": [one.line_id for one in changes],
        "variant_ids": [one.variant_id for one in changes],
        "from_quantities": [one.from_quantity for one in changes],
        "to_quantities": [one.to_quantity for one in changes],
        "from_variant_ids": [one.from_variant_id for one in changes],
        "actors": [one.actor for one in changes],
        "actor_names": [one.actor_name for one in changes],
        "channel_ids": [one.channel_id for one in changes],
        "ats": [one.at for one in changes],
    }


async def set_owner(tx: Tx, *, cart_id: CartId, owner: Owner, by: Hand) -> Cart:
    """Give a cart to a customer (or to nobody). If she has one in this market already, hers takes in its lines.

    Returns the cart that has the lines now. Locks both carts in order of ids. Refuses NotFound.
    """
    found = await cart(tx, cart_id=cart_id)
    own = await current(tx, market_id=found.head.market_id, owner=owner)
    if own is not None and own.head.id != cart_id:
        return await _merge(tx, source=cart_id, target=own.head.id, by=by)
    (found,) = await lock(tx, ids=[cart_id])
    if (found.head.customer_id, found.head.guest_id) == (owner.customer_id, owner.guest_id):
        return found
    try:
        async with tx.savepoint():
            await tx.run(store.SET_OWNER, id=cart_id, customer_id=owner.customer_id, guest_id=owner.guest_id)
    except UniqueViolation:  # in this very moment she was given another cart: it takes in this one
        own = await current(tx, market_id=found.head.market_id, owner=owner)
        if own is None:
            raise
        return await _merge(tx, source=cart_id, target=own.head.id, by=by)
    if found.head.company_id:  # she buys for it; whoever has the basket now may not
        await tx.run(store.SET_COMPANY, ids=[cart_id], company_id=None, po_number="")
    head = msgspec.structs.replace(found.head, customer_id=owner.customer_id, guest_id=owner.guest_id)
    await _record(tx, [(_change(head, head.version + 1, ChangeKind.OWNER, by, tx), head, by)])
    return await cart(tx, cart_id=cart_id)


async def _merge(tx: Tx, *, source: CartId, target: CartId, by: Hand) -> Cart:
    """Move the lines of one cart into another, as `rules.merge` says."""
    locked = {one.head.id: one for one in await lock(tx, ids=sorted([source, target]))}
    giving, taking = locked[source], locked[target]
    if not giving.lines:
        return taking
    merge = rules.merge(giving.lines, taking.lines)
    raised = [one for one in taking.lines if one.id in merge.raised]
    await tx.run(
        store.SET_LINES,
        ids=[one.id for one in raised],
        variant_ids=[one.variant_id for one in raised],
        quantities=[merge.raised[one.id] for one in raised],
    )
    await tx.run(store.DROP_LINES, ids=list(merge.joined))
    await tx.run(store.MOVE_LINES, ids=list(merge.moved), to_cart_id=target)
    await tx.run(store.MOVE_BATONS, from_cart_id=source, to_cart_id=target)
    if giving.head.codes:
        both = tuple(dict.fromkeys([*taking.head.codes, *giving.head.codes]))[:CODES_MAX]
        await tx.run(store.SET_CODES, ids=[source, target], codes=["", " ".join(both)])
    heads = (giving.head, taking.head)
    await _record(tx, [(_change(one, one.version + 1, ChangeKind.MERGED, by, tx), one, by) for one in heads])
    return await cart(tx, cart_id=target)


async def adopt_guest(tx: Tx, *, guest_id: UUID, customer_id: CustomerId, by: Hand) -> None:
    """A guest has signed in: her carts become the customer's, or are merged into them."""
    for head in await tx.all(store.OF_GUEST, guest_id=guest_id):
        await set_owner(tx, cart_id=head.id, owner=Owner(customer_id=customer_id), by=by)


async def empty(tx: Tx, *, locked: Sequence[tuple[Cart, Hand]], kind: ChangeKind = ChangeKind.ORDERED) -> None:
    """Take lines and coupons out of carts that became orders, or were asked for; the carts themselves stay with their owners."""
    await tx.run(store.DROP_LINES, ids=[line.id for found, _ in locked for line in found.lines])
    if spent := [found.head.id for found, _ in locked if found.head.codes]:
        await tx.run(store.SET_CODES, ids=spent, codes=[""] * len(spent))
    if numbered := [
        found.head.id for found, _ in locked if found.head.po_number
    ]:  # she goes on buying for it, by another order of its
        await tx.run(store.DROP_PO, ids=numbered)
    await _record(
        tx,
        [(_change(found.head, found.head.version + 1, kind, by, tx), found.head, by) for found, by in locked],
    )


async def put_ordered(tx: Tx, *, baskets: Sequence[tuple[Cart, Hand]]) -> None:
    """Keep baskets that were filled and ordered in one step: empty by now, with all that was done to them. One fact each."""
    history: list[Change] = []
    for found, by in baskets:
        head = found.head
        history.append(_change(head, 1, ChangeKind.CREATED, by, tx))
        history += [
            _change(head, 2 + i, ChangeKind.ADDED, by, tx, line=line, to_quantity=line.quantity)
            for i, line in enumerate(found.lines)
        ]
        history.append(_change(head, head.version + 1, ChangeKind.ORDERED, by, tx))
    heads = [found.head for found, _ in baskets]
    await tx.run(
        store.PUT_ORDERED,
        new_ids=[one.id for one in heads],
        market_ids=[one.market_id for one in heads],
        new_versions=[one.version + 1 for one in heads],
        now=tx.now,
        **_columns(history),
    )
    tx.emit(
        CartChanged(
            subject=found.head.id, by=by, occurred_at=tx.now, customer_id=found.head.customer_id,
            version=found.head.version + 1, kind=ChangeKind.ORDERED,
        )
        for found, by in baskets
    )  # fmt: skip


async def changes(tx: Tx, *, cart_id: CartId, rows_max: int = 50) -> list[Change]:
    """What was done to a cart, newest first."""
    return await tx.all(store.CHANGES, cart_id=cart_id, rows_max=max(1, min(rows_max, 200)))


async def pass_baton(tx: Tx, *, cart_id: CartId, secret: str) -> Baton:
    """A code and a signed token by which a cart is taken over elsewhere, once, within a quarter of an hour.

    Earlier ones of the same cart end. Locks the cart. Refuses NotFound.
    """
    (found,) = await lock(tx, ids=[cart_id])
    await tx.run(store.END_BATONS, cart_id=cart_id, now=tx.now)
    for _ in range(BATON_TRIES):  # a code that is taken and alive is refused by its unique key; a billion codes
        baton_id, code, expires_at = BatonId.new(), rules.new_code(), tx.now + BATON_LASTS
        made = await tx.maybe(
            store.ADD_BATON,
            id=baton_id,
            cart_id=cart_id,
            code=code,
            customer_id=found.head.customer_id,
            guest_id=found.head.guest_id,
            now=tx.now,
            expires_at=expires_at,
        )
        if made is not None:
            token = URLSafeSerializer(secret, salt=_SALT).dumps(str(baton_id))
            return Baton(baton_id, cart_id, rules.show_code(code), str(token), expires_at)
    raise LookupError("no free code was found")


async def claim(
    tx: Tx, *, secret: str, by: Hand, claimer: Owner, code: str | None = None, token: str | None = None
) -> Cart:
    """Take over the cart that a code or token stands for. `claimer` is the customer or guest, or nobody for staff.

    Locks the baton, then the cart: it is used once. Refuses BatonUnknown, BatonExpired, BatonUsed, BatonOfAnother.
    """
    baton_id = _read_token(token, secret) if token else None
    found = await tx.maybe(store.LOCK_BATON, id=baton_id, code=rules.read_code(code or ""))
    if found is None:
        raise BatonUnknown()
    if found.used_at is not None:
        raise BatonUsed()
    if found.expires_at <= tx.now:
        raise BatonExpired()
    (taken,) = await lock(tx, ids=[found.cart_id])
    if by.actor_kind != "staff" and taken.head.customer_id not in (None, claimer.customer_id):
        raise BatonOfAnother()
    await tx.run(store.USE_BATON, id=found.id, used_by=by.actor, now=tx.now)
    await _record(tx, [(_change(taken.head, taken.head.version + 1, ChangeKind.HANDED_OVER, by, tx), taken.head, by)])
    if by.actor_kind in ("guest", "customer") and taken.head.customer_id is None:
        return await set_owner(tx, cart_id=found.cart_id, owner=claimer, by=by)
    return await cart(tx, cart_id=found.cart_id)


def _read_token(token: str, secret: str) -> BatonId:
    """The baton a token names. Refuses BatonUnknown where the signature is not ours."""
    try:
        return BatonId.parse(str(URLSafeSerializer(secret, salt=_SALT).loads(token)))
    except (BadSignature, ValueError):
        raise BatonUnknown() from None


async def sweep(tx: Tx, *, rows_max: int = 5_000) -> bool:
    """Forget codes that ended days ago; whether there may be more of them."""
    return await tx.run(store.SWEEP_BATONS, before=tx.now - BATONS_KEPT, rows_max=rows_max) >= rows_max
