"""Finding returns, and the policies they are judged by."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec

from portico.business.types import LocationId, MarketId
from portico.customers.types import CustomerId
from portico.orders.types import OrderId
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.money import AMOUNT_MAX
from portico.platform.refusals import NotFound
from portico.returns import store
from portico.returns.types import BadPolicy, Head, PoliciesChanged, Policy, PolicySet, Return, ReturnId, State

PAGE_MAX = 100
DAYS_MAX = 3650
POLICIES_MAX = 200
CARRIER = re.compile(r"[a-z0-9_]{1,40}")
SERVICE_LENGTH_MAX, PARCEL_GRAMS_MAX = 100, 1_000_000
NOBODY = Hand(actor="system", actor_name="")


class Before(msgspec.Struct, frozen=True):
    """Where a page of returns ended."""

    changed_at: datetime
    id: ReturnId


async def find(tx: Tx, *, name: str) -> Return:
    """By id, by its code, or by the number its parcel is followed by. Refuses NotFound."""
    ids = []
    try:
        ids = [ReturnId.parse(name)]
    except ValueError:
        pass
    code = None if ids else name.strip().upper()
    found = await whole(tx, await tx.all(store.FIND, ids=ids, code=code, link_token=None))
    if not found:
        raise NotFound(what="return", id=name[:100])
    return found[0]


async def known(tx: Tx, *, return_id: ReturnId) -> Return | None:
    found = await whole(tx, await tx.all(store.FIND, ids=[return_id], code=None, link_token=None))
    return found[0] if found else None


async def by_link(tx: Tx, *, token: str) -> Return:
    """By the unguessable end of its own link. Refuses NotFound."""
    found = await whole(tx, await tx.all(store.FIND, ids=[], code=None, link_token=token))
    if not found:
        raise NotFound(what="return", id="link")
    return found[0]


async def listed(
    tx: Tx, *, order_id: OrderId | None = None, customer_id: CustomerId | None = None, guest_id: UUID | None = None,
    location_id: LocationId | None = None, state: State | None = None, before: Before | None = None, rows_max: int = 25,
) -> list[Return]:  # fmt: skip
    """Returns, what moved last first."""
    heads = await tx.all(
        store.LIST, order_id=order_id, customer_id=customer_id, guest_id=guest_id, location_id=location_id, state=state,
        before_at=before.changed_at if before else None, before_id=before.id if before else None,
        rows_max=min(rows_max, PAGE_MAX + 1),
    )  # fmt: skip
    return await whole(tx, heads)


class _Part(Protocol):
    @property
    def return_id(self) -> ReturnId: ...


Part = TypeVar("Part", bound=_Part)


def _by_return(parts: Sequence[Part]) -> defaultdict[ReturnId, list[Part]]:
    found: defaultdict[ReturnId, list[Part]] = defaultdict(list)
    for one in parts:
        found[one.return_id].append(one)
    return found


async def whole(tx: Tx, heads: Sequence[Head]) -> list[Return]:
    ids = [one.id for one in heads]
    if not ids:
        return []
    lines, steps = _by_return(await tx.all(store.LINES, ids=ids)), _by_return(await tx.all(store.STEPS, ids=ids))
    labels = {one.return_id: one for one in await tx.all(store.LABELS, ids=ids)}
    return [Return(one, tuple(lines[one.id]), tuple(steps[one.id]), label=labels.get(one.id)) for one in heads]


async def policies(tx: Tx, *, market_id: MarketId) -> list[Policy]:
    return await tx.all(store.POLICIES, market_id=market_id)


async def policy_set(tx: Tx, *, market_id: MarketId) -> PolicySet:
    """A market's policies, those put aside among them, and which version of them that is."""
    kept = await tx.maybe(store.POLICY_VERSION, market_id=market_id)
    found = tuple(await policies(tx, market_id=market_id))
    return PolicySet(kept.version, found, kept.changed_at, kept.actor_name) if kept else PolicySet(0, found)


def check_policies(policies: Sequence[Policy]) -> None:
    """Refuses BadPolicy."""
    if len(policies) > POLICIES_MAX:
        raise BadPolicy(field="category", row=POLICIES_MAX)
    known: set[str] = set()
    for row, one in enumerate(policies):
        bad = {
            "category": one.category in known or len(one.category) > 100,
            "days": not 0 <= one.days <= DAYS_MAX,
            "fault_days": not 0 <= one.fault_days <= DAYS_MAX,
            "price_days": not 0 <= one.price_days <= DAYS_MAX,
            "restocking_ppm": not 0 <= one.restocking_ppm <= 1_000_000,
            "postage": not 0 <= one.postage <= AMOUNT_MAX,
            "carrier": not CARRIER.fullmatch(one.carrier),
            "service": len(one.service) > SERVICE_LENGTH_MAX,
            "parcel_grams": not 1 <= one.parcel_grams <= PARCEL_GRAMS_MAX,
        }
        if field := next((name for name, is_bad in bad.items() if is_bad), ""):
            raise BadPolicy(field=field, row=row)
        known.add(one.category)


async def put_policies(
    tx: Tx, *, market_id: MarketId, policies: Sequence[Policy], by: Hand = NOBODY, expected: int | None = None
) -> PolicySet:
    """These and no others. `expected` is the version that they were made from; without it nobody else's change matters.

    Locks the market's version. Refuses BadPolicy, PoliciesChanged.
    """
    check_policies(policies)
    version = await tx.maybe(
        store.NEXT_VERSION, market_id=market_id, expected=expected, now=tx.now, actor=by.actor, actor_name=by.actor_name
    )
    if version is None or (expected is not None and version != expected + 1):
        kept = await tx.maybe(store.POLICY_VERSION, market_id=market_id)
        raise PoliciesChanged(version=kept.version if version is None and kept else 0)
    await tx.run(
        store.PUT_POLICIES,
        market_id=market_id,
        categories=[one.category for one in policies],
        days=[one.days for one in policies],
        fault_days=[one.fault_days for one in policies],
        restocking_ppms=[one.restocking_ppm for one in policies],
        postages=[one.postage for one in policies],
        final_sales=[one.final_sale for one in policies],
        approve_at_onces=[one.approve_at_once for one in policies],
        by_posts=[one.by_post for one in policies],
        carriers=[one.carrier for one in policies],
        services=[one.service for one in policies],
        parcel_grams=[one.parcel_grams for one in policies],
        send_tos=[one.send_to for one in policies],
        price_days=[one.price_days for one in policies],
        actives=[one.active for one in policies],
    )
    return PolicySet(version, tuple(policies), tx.now, by.actor_name)
