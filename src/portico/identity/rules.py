"""Who hangs together, and what stands for a person. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.identity.types import (
    VALUE_LENGTH_MAX,
    BadAttribute,
    PersonAttribute,
    Provenance,
    Rule,
    Surviving,
    Survivorship,
    Told,
)
from portico.platform.refusals import Refused

Pair = tuple[CustomerId, CustomerId]


def pair(one: CustomerId, other: CustomerId) -> Pair:
    """The earlier record first: a pair has one spelling."""
    return (one, other) if one < other else (other, one)


def people(edges: Iterable[Pair]) -> dict[CustomerId, CustomerId]:
    """For each record of an edge, the first record that it hangs together with."""
    root: dict[CustomerId, CustomerId] = {}

    def top(record: CustomerId) -> CustomerId:
        while root.setdefault(record, record) != record:
            root[record] = root[root[record]]
            record = root[record]
        return record

    for one, other in edges:
        first, second = sorted((top(one), top(other)))
        root[second] = first
    return {record: top(record) for record in root}


def survivors(told: Sequence[Provenance], rules: Mapping[Told, Survivorship]) -> tuple[Surviving, ...]:
    """What stands for a person, kind by kind; what it won over stands behind it."""
    found = []
    for kind in Told:
        of_kind = [one for one in told if one.kind is kind]
        if of_kind:
            found.append(_survivor(kind, of_kind, rules.get(kind) or Survivorship(kind, (Rule.NEWEST,), ())))
    return tuple(found)


def _survivor(kind: Told, told: Sequence[Provenance], how: Survivorship) -> Surviving:
    left = list(told)
    decided = ""
    for rule in how.rules:
        if len({one.value for one in left}) == 1:
            break
        marks = _marks(rule, left, how.sources)
        best = max(marks)
        fewer = [one for one, mark in zip(left, marks, strict=True) if mark == best]
        if len({one.value for one in fewer}) < len({one.value for one in left}):
            decided = rule.value
        left = fewer
    # Where all rules leave several, the same one is taken every time.
    winner = max(left, key=lambda one: (one.seen_at, one.value))
    return Surviving(
        kind, winner.value, decided, tuple(sorted(told, key=lambda one: (one.value != winner.value, one.value)))
    )


def _marks(rule: Rule, told: Sequence[Provenance], sources: Sequence[str]) -> list[float]:
    said = Counter(one.value for one in told)
    mark: dict[Rule, Callable[[Provenance], float]] = {
        Rule.VERIFIED: lambda one: one.verified_at is not None,
        Rule.TRUSTED: lambda one: -sources.index(one.source) if one.source in sources else -len(sources),
        Rule.CONFIDENT: lambda one: one.confidence,
        Rule.NEWEST: lambda one: (one.verified_at or one.seen_at).timestamp(),
        Rule.OLDEST: lambda one: -one.seen_at.timestamp(),
        Rule.LONGEST: lambda one: len(one.value),
        Rule.FREQUENT: lambda one: said[one.value],
    }
    return [mark[rule](one) for one in told]


def checked(attributes: Sequence[PersonAttribute], *, today: date, region: str | None = None) -> list[PersonAttribute]:
    """Each in the form it is kept in. Refuses BadAttribute for the first that is not what its kind holds."""
    found = []
    for index, one in enumerate(attributes):
        value = _kept_form(one, today, region)
        if value is None or not 0 <= one.confidence <= 100:
            raise BadAttribute(index=index, kind=one.kind.value, value=one.value[:VALUE_LENGTH_MAX])
        found.append(
            PersonAttribute(
                kind=one.kind, value=value, confidence=one.confidence, seen_at=one.seen_at, verified_at=one.verified_at
            )
        )
    return found


def _kept_form(one: PersonAttribute, today: date, region: str | None) -> str | None:
    value = one.value.strip()
    if not value or len(value) > VALUE_LENGTH_MAX or not value.isprintable():
        return None
    for moment in (one.seen_at, one.verified_at):
        if moment is not None and (moment.tzinfo is None or moment.date() > today):
            return None
    match one.kind:
        case Told.PHONE | Told.EMAIL:
            try:
                return customers.phone(value, region=region) if one.kind is Told.PHONE else customers.email(value)
            except Refused:
                return None
        case Told.BIRTH_DATE:
            return _birth_date(value, today)
        case Told.GIVEN_NAME | Told.FAMILY_NAME:
            return value if len(value) <= 100 and any(letter.isalpha() for letter in value) else None
        case Told.PROVIDER_ID:
            provider, colon, id = value.partition(":")
            return value if provider.isidentifier() and colon and id else None
        case Told.COUNTRY:
            return value.upper() if len(value) == 2 and value.isascii() and value.isalpha() else None
    return value


def _birth_date(value: str, today: date) -> str | None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day.isoformat() if date(1890, 1, 1) <= day <= today else None
