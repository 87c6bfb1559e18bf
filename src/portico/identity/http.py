"""REST routes of identity."""

from typing import Any

import msgspec
from litestar import get, post, put

from portico.customers import api as customers
from portico.customers.types import CustomerBrief, CustomerId, CustomerPage
from portico.identity import api
from portico.identity.types import (
    Basis,
    Merge,
    MergeId,
    NewMerge,
    Person,
    PersonAttribute,
    Policy,
    PolicyTried,
    Resolved,
    Review,
    ReviewId,
    Survivorship,
    Told,
    Touch,
    Verdict,
)
from portico.platform.db import Tx
from portico.platform.http import Answered, Door, parse_ids
from portico.platform.refusals import Invalid

BITS_MAX = 200.0


class NewAttributes(msgspec.Struct, frozen=True):
    """What `source` says of her; in place of what it said before. `region` says whose national form phones may be in."""

    source: str
    attributes: tuple[PersonAttribute, ...]
    region: str | None = None


class TwoRecords(msgspec.Struct, frozen=True):
    record_a: CustomerId
    record_b: CustomerId


class Undoing(msgspec.Struct, frozen=True):
    reason: str


class DecisionMade(msgspec.Struct, frozen=True):
    decision: Verdict
    reason: str = ""


class ReviewPage(msgspec.Struct, frozen=True):
    """`waiting` counts all of them."""

    items: tuple[Review, ...]
    waiting: int


class SurvivorshipPage(msgspec.Struct, frozen=True):
    items: tuple[Survivorship, ...]


@get("/v1/customers")
async def find_customers(
    door: Door, q: str | None = None, phone: str | None = None, ids: str = "", limit: int = 20
) -> Answered[CustomerPage]:
    """People by phone in any spelling (or its last digits), name, e-mail, loyalty or customer number; or those of up to 100
    `ids`. Of somebody with several records the first is told, which new carts and orders go to."""
    door.principal.require("customers.read")
    wanted = parse_ids(CustomerId, ids, field="ids")

    async def ask(tx: Tx) -> CustomerPage:
        if wanted:
            shown = tuple((await customers.briefs(tx, ids=wanted)).values())
        else:
            found: list[CustomerBrief] = await customers.find(tx, q=phone or q or "", limit=limit)
            first = await api.representatives(tx, ids=[one.id for one in found])
            people = await customers.briefs(tx, ids=sorted(set(first.values())))
            shown = tuple(people[id] for id in dict.fromkeys(first.values()))
        door.shows("found", [one.id for one in shown])
        return CustomerPage(shown)

    return await door.read(ask)


@get("/v1/customers/{customer_id:str}/person")
async def show_person(door: Door, customer_id: CustomerId) -> Answered[Person]:
    """All records of the person that this is a record of, what is known of her and who said so. Needs `customers.read`."""
    door.principal.require("customers.read")

    async def ask(tx: Tx) -> Person:
        found = await api.person(tx, id=customer_id)
        door.shows("person", [one.id for one in found.records])
        return found

    return await door.read(ask)


@put("/v1/customers/{customer_id:str}/attributes", status_code=200)
async def put_attributes(door: Door, customer_id: CustomerId, data: NewAttributes) -> Answered[Person]:
    """What a source says of her, in place of what it said before. Needs `customers.write`. 422 `identity.bad_attribute` says which."""
    door.principal.require("customers.write")

    async def ask(tx: Tx) -> Person:
        await api.put_attributes(
            tx, record_id=customer_id, source=data.source, attributes=data.attributes, region=data.region, by=door.hand
        )
        return await api.person(tx, id=customer_id)

    return await door.write(ask)


@post("/v1/identity/resolve", status_code=200)
async def resolve(door: Door, data: Touch) -> Answered[Resolved]:
    """Whose touch it is, by what is said and shown. Needs `customers.read`."""
    door.principal.require("customers.read")

    async def ask(tx: Tx) -> Resolved:
        (found,) = await api.resolve(tx, touches=[data])
        return found

    return await door.read(ask)


@post("/v1/identity/merges", status_code=201)
async def merge(door: Door, data: TwoRecords) -> Answered[Person]:
    """Say that two records are of one person. Needs `identity.review`. She herself sees no more than before."""
    door.principal.require("identity.review")

    async def ask(tx: Tx) -> Person:
        new = NewMerge(record_a=data.record_a, record_b=data.record_b, basis=Basis.BY_HAND)
        (answer,) = await api.merge(tx, merges=[new], by=door.hand)
        if not isinstance(answer, MergeId):
            raise answer
        return await api.person(tx, id=data.record_a)

    return await door.write(ask, status=201)


@post("/v1/identity/merges/{merge_id:str}/undo", status_code=200)
async def undo(door: Door, merge_id: MergeId, data: Undoing) -> Answered[Merge]:
    """Take two records apart again, which leaves each as it was. Needs `identity.review`."""
    door.principal.require("identity.review")
    return await door.write(lambda tx: api.unmerge(tx, merge_id=merge_id, reason=data.reason, by=door.hand))


@get("/v1/identity/reviews")
async def list_reviews(door: Door, limit: int = 25) -> Answered[ReviewPage]:
    """Pairs that may be one person, the likeliest first, with what speaks for and against. Needs `identity.review`."""
    door.principal.require("identity.review")

    async def ask(tx: Tx) -> ReviewPage:
        return ReviewPage(tuple(await api.reviews(tx, limit=limit)), await api.waiting(tx))

    return await door.read(ask)


@post("/v1/identity/reviews/{review_id:str}/decide", status_code=200)
async def decide(door: Door, review_id: ReviewId, data: DecisionMade) -> Answered[Merge | None]:
    """Join the pair, or keep it apart for good. Needs `identity.review`. The merge, where it is one now."""
    door.principal.require("identity.review")
    return await door.write(
        lambda tx: api.decide(tx, review_id=review_id, decision=data.decision, reason=data.reason, by=door.hand)
    )


@post("/v1/identity/reviews/{review_id:str}/later", status_code=204)
async def put_off(door: Door, review_id: ReviewId) -> Answered[None]:
    """Show the pair again in a week. Needs `identity.review`."""
    door.principal.require("identity.review")
    return await door.write(lambda tx: api.put_off(tx, review_id=review_id))


@get("/v1/identity/policy")
async def show_policy(door: Door) -> Answered[Policy]:
    """From how many bits on records are joined, and looked at. Needs `identity.review`."""
    door.principal.require("identity.review")
    return await door.read(lambda tx: api.policy(tx))


@put("/v1/identity/policy", status_code=200)
async def put_policy(door: Door, data: Policy) -> Answered[Policy]:
    """Change the thresholds. Needs `identity.manage`."""
    door.principal.require("identity.manage")
    _check(data)

    async def ask(tx: Tx) -> Policy:
        await api.put_policy(tx, policy=data)
        return data

    return await door.write(ask)


@post("/v1/identity/policy/try", status_code=200)
async def try_policy(door: Door, data: Policy) -> Answered[PolicyTried]:
    """What other thresholds would have made of the pairs that wait; nothing is changed. Needs `identity.review`."""
    door.principal.require("identity.review")
    _check(data)
    return await door.read(lambda tx: api.try_policy(tx, policy=data))


def _check(one: Policy) -> None:
    if not -BITS_MAX <= one.review_bits <= one.merge_bits <= BITS_MAX:
        raise Invalid(errors=[{"field": "review_bits", "message": "review_bits <= merge_bits"}])


@get("/v1/identity/survivorship")
async def list_survivorship(door: Door) -> Answered[SurvivorshipPage]:
    """How what stands for a person is chosen of what was told. Needs `identity.review`."""
    door.principal.require("identity.review")

    async def ask(tx: Tx) -> SurvivorshipPage:
        return SurvivorshipPage(tuple(await api.survivorships(tx)))

    return await door.read(ask)


@put("/v1/identity/survivorship/{kind:str}", status_code=200)
async def put_survivorship(door: Door, kind: str, data: Survivorship) -> Answered[Survivorship]:
    """Change how one kind of attribute is chosen. Needs `identity.manage`."""
    door.principal.require("identity.manage")
    if kind != data.kind or kind not in set(Told):
        raise Invalid(errors=[{"field": "kind", "message": ", ".join(Told)}])
    if (
        not data.rules
        or len(data.rules) > 10
        or len(data.sources) > 50
        or not all(0 < len(one) <= 60 for one in data.sources)
    ):
        raise Invalid(errors=[{"field": "rules", "message": "1..10"}])

    async def ask(tx: Tx) -> Survivorship:
        await api.put_survivorship(tx, how=data)
        return data

    return await door.write(ask)


routes: list[Any] = [
    find_customers, show_person, put_attributes, resolve, merge, undo, list_reviews, decide, put_off, show_policy, put_policy,
    try_policy, list_survivorship, put_survivorship,
]  # fmt: skip
