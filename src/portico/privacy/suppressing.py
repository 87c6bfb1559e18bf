"""The addresses that nothing may be sent to."""

from collections.abc import Sequence

import msgspec

from portico.customers import api as customers
from portico.customers.types import Contact, ContactKind
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound
from portico.privacy import rules
from portico.privacy.rules import Linked
from portico.privacy.store import suppressions as store
from portico.privacy.types import (
    ANY,
    CHANNELS,
    FIRST_PAGE,
    PAGE_MAX,
    REASON_LENGTH_MAX,
    BadConsent,
    NotStanding,
    Page,
    SuppressedFor,
    Suppression,
    SuppressionId,
)

BY_STAFF = frozenset(
    {SuppressedFor.HARD_BOUNCE, SuppressedFor.COMPLAINT, SuppressedFor.DO_NOT_CALL, SuppressedFor.BY_HAND}
)
NEVER_LIFTED = frozenset({SuppressedFor.ERASED})  # she comes back by giving her address anew
AT_ONCE_MAX = 10_000


class NewSuppression(msgspec.Struct, frozen=True, kw_only=True):
    """An address that nothing is to be sent to. `channel` "any": on none; `purpose` empty: for none that may be stopped."""

    address: str
    reason: SuppressedFor = SuppressedFor.BY_HAND
    channel: str = ANY
    purpose: str = ""


async def suppress(tx: Tx, *, news: Sequence[NewSuppression], source: str, by: Hand) -> int:
    """Put addresses on the list; how many were not on it. Refuses BadEmail, BadPhone, BadConsent. At most `AT_ONCE_MAX`."""
    if not 0 < len(news) <= AT_ONCE_MAX:
        raise BadConsent(field="addresses")
    known = await tx.all(store.PURPOSES) if any(one.purpose for one in news) else []
    for one in news:
        if one.channel not in (ANY, *CHANNELS):
            raise BadConsent(field="channel")
        if one.reason not in BY_STAFF:
            raise BadConsent(field="reason")
        if one.purpose and one.purpose not in known:
            raise BadConsent(field="purpose")
    contacts = [customers.contact(one.address) for one in news]
    return len(
        await tx.all(
            store.ADD,
            ids=[SuppressionId.new() for _ in news],
            address_hashes=[rules.digest(one.value) for one in contacts],
            channels=[_channel(one.channel, contact) for one, contact in zip(news, contacts, strict=True)],
            purposes=[one.purpose for one in news],
            reasons=[one.reason for one in news],
            hints=[rules.hint(one.value) for one in contacts],
            source=source, actor=by.actor, actor_name=by.actor_name, now=tx.now,
        )
    )  # fmt: skip


def _channel(channel: str, contact: Contact) -> str:
    """An address of mail is reached by mail only, so that the list says so."""
    return "email" if channel == ANY and contact.kind is ContactKind.EMAIL else channel


async def unsubscribed(tx: Tx, *, linked: Linked, source: str, by: Hand) -> bool:
    """Whether it is new that nothing of this purpose goes there."""
    return await _add(tx, [linked.address_hash], SuppressedFor.UNSUBSCRIBED, linked.channel, linked.purpose, source, by)


async def erased(tx: Tx, *, contacts: Sequence[Contact], by: Hand) -> None:
    """Nothing that rests on what was known until now goes to these addresses; the list keeps no hint of them."""
    await _add(tx, [rules.digest(one.value) for one in contacts], SuppressedFor.ERASED, ANY, "", "erasure", by)


async def _add(
    tx: Tx, hashes: Sequence[bytes], reason: SuppressedFor, channel: str, purpose: str, source: str, by: Hand
) -> bool:
    written = await tx.all(
        store.ADD,
        ids=[SuppressionId.new() for _ in hashes],
        address_hashes=list(hashes),
        channels=[channel] * len(hashes),
        purposes=[purpose] * len(hashes),
        reasons=[reason] * len(hashes),
        hints=[""] * len(hashes),
        source=source, actor=by.actor, actor_name=by.actor_name, now=tx.now,
    )  # fmt: skip
    return bool(written)


async def lift(tx: Tx, *, id: SuppressionId, because: str, by: Hand) -> Suppression:
    """Take an address off the list, and say why. Refuses NotFound, NotStanding, BadConsent."""
    if not 0 < len(because.strip()) <= REASON_LENGTH_MAX:
        raise BadConsent(field="because")
    found = await tx.maybe(store.LOCK, id=id)
    if found is None:
        raise NotFound(what="suppression", id=str(id))
    if found.lifted_at is not None or found.reason in NEVER_LIFTED:
        raise NotStanding(reason=found.reason)
    await tx.run(store.LIFT, id=id, because=because.strip(), actor=by.actor, actor_name=by.actor_name, now=tx.now)
    return await tx.one(store.LOCK, id=id)


async def suppressions(
    tx: Tx, *, address: str | None = None, reason: SuppressedFor | None = None, standing: bool = True, page: Page = FIRST_PAGE,
    rows_max: int = PAGE_MAX,
) -> list[Suppression]:  # fmt: skip
    """The list, the newest first; of one address where it is given. Refuses BadEmail, BadPhone."""
    digest = rules.digest(customers.contact(address).value) if address else None
    return await tx.all(
        store.LIST, address_hash=digest, reason=reason, standing=standing, before_at=page.before_at,
        before_id=page.before_id, rows_max=rows_max,
    )  # fmt: skip


async def standing_of(tx: Tx, *, address_hashes: Sequence[bytes]) -> list[Suppression]:
    """What stands against these addresses."""
    return await tx.all(store.STANDING_OF, address_hashes=list(address_hashes))
