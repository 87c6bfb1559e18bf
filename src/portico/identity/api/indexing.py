"""How records are found again: each in the forms it is compared in, and its keys."""

from collections.abc import Mapping, Sequence
from operator import attrgetter

import msgspec

from portico.customers import api as customers
from portico.customers.types import ContactKind, CustomerId
from portico.identity import rules, store
from portico.identity.matching import forms, keys
from portico.identity.matching.frames import FORMS
from portico.identity.store import Profile
from portico.identity.types import COMPARED, EXACT, Provenance, Survivorship, Told, Touch
from portico.platform.db import Tx

RECORD = "record"  # the source of what stands on the customer's record itself
RECORD_CONFIDENCE = 60


async def told_of(tx: Tx, *, ids: Sequence[CustomerId]) -> dict[CustomerId, list[Provenance]]:
    """Everything told of each record: what stands on it, the ways to reach her, what other sources said."""
    found: dict[CustomerId, list[Provenance]] = {}
    for row in await customers.customers(tx, ids=ids):
        own = (
            (Told.GIVEN_NAME, row.given_name),
            (Told.FAMILY_NAME, row.family_name),
            (Told.LOYALTY_NUMBER, row.loyalty_number),
        )
        found[row.id] = [
            Provenance(
                kind=kind, value=value, record_id=row.id, source=RECORD, confidence=RECORD_CONFIDENCE, seen_at=row.created_at,
                verified_at=None,
            )
            for kind, value in own
            if value
        ]  # fmt: skip
    for one in await customers.contacts(tx, ids=list(found)):
        found[one.customer_id].append(
            Provenance(
                kind=Told.EMAIL if one.kind is ContactKind.EMAIL else Told.PHONE, value=one.value, record_id=one.customer_id,
                source=RECORD, confidence=RECORD_CONFIDENCE, seen_at=one.created_at, verified_at=one.verified_at,
            )
        )  # fmt: skip
    for told in await tx.all(store.ATTRIBUTES, ids=list(found)):
        found[told.record_id].append(told)
    return found


async def survivorship(tx: Tx) -> dict[Told, Survivorship]:
    return {one.kind: one for one in await tx.all(store.SURVIVORSHIP)}


class Indexed(msgspec.Struct, frozen=True):
    """A record as it is compared, and its keys: those of what it says exactly, those of what it says roughly."""

    profile: Profile
    exact: tuple[int, ...]
    rough: tuple[int, ...]


async def index(tx: Tx, *, ids: Sequence[CustomerId]) -> list[Indexed]:
    """Reckon profile and keys of these records anew; records that are no more are left out."""
    told = await told_of(tx, ids=ids)
    how = await survivorship(tx)
    made = []
    for id, said in sorted(told.items()):
        profile = profile_of(id, {one.kind: one.value for one in rules.survivors(said, how)})
        exact = {keys.exact(one.kind, one.value) for one in said if one.kind in EXACT}
        made.append(Indexed(profile, tuple(sorted(exact)), tuple(keys.rough(values_of(profile)))))
    await tx.run(store.DROP_PROFILES, ids=sorted(ids))
    columns = {name: [getattr(one.profile, name) for one in made] for name in Profile.__struct_fields__}
    await tx.run(store.PUT_PROFILES, **columns)
    found = [(key, one.profile.record_id) for one in made for key in {*one.exact, *one.rough}]
    await tx.run(store.PUT_KEYS, keys=[key for key, _ in found], records=[record for _, record in found])
    return made


def profile_of(id: CustomerId, values: Mapping[Told, str]) -> Profile:
    """In the forms they are compared in."""
    made = {
        kind.value: FORMS.get(COMPARED[kind], forms.folded)(values[kind]) or None for kind in COMPARED if kind in values
    }
    return Profile(id, **made)


_NAMES = tuple(kind.value for kind in COMPARED)
_told = attrgetter(*_NAMES)


def values_of(profile: Profile | store.Hit) -> dict[str, str | None]:
    """Asked for each candidate of each touch."""
    return dict(zip(_NAMES, _told(profile), strict=True))


def told_by(touch: Touch) -> dict[Told, list[str]]:
    """What a touch tells, kind by kind, in the forms that are kept; what cannot be one is left out."""
    found: dict[Told, list[str]] = {}
    for kind in Told:
        values = touch.provider_ids if kind is Told.PROVIDER_ID else (getattr(touch, kind.value, ""),)
        kept = [one for one in (_kept(kind, value) for value in values) if one]
        if kept:
            found[kind] = kept
    return found


def _kept(kind: Told, value: str) -> str:
    """As `rules.checked` keeps it, of somebody who is only met and not refused."""
    value = value.strip()[:200]
    if kind is Told.PHONE:
        return customers.phone_or_none(value) or ""
    return value.lower() if kind is Told.EMAIL else value
