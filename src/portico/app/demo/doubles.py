"""Customers whom other systems know too: records of one person that wait for somebody to look, one pair that was joined, and two
of one household who are two people."""

from portico.app.demo.people import CUSTOMERS
from portico.customers import api as customers
from portico.customers.types import CustomerId, NewCustomer
from portico.identity import api as identity
from portico.identity.types import Basis, NewMerge, PersonAttribute, Told
from portico.platform.db import Tx
from portico.platform.events import Hand

_HOMES = {
    "es": {"street": "Calle de la Palma 14", "city": "Madrid", "postcode": "28004", "birth_date": "1988-03-14"},
    "it": {"street": "Via San Vitale 22", "city": "Bologna", "postcode": "40125", "birth_date": "1979-11-02"},
    "ru": {"street": "ул. Рубинштейна 9", "city": "Санкт-Петербург", "postcode": "191002", "birth_date": "1991-06-30"},
    "gb": {"street": "9 Lamb's Conduit Street", "city": "London", "postcode": "WC1N 3NG", "birth_date": "1985-08-21"},
}
# Of whom (market, place in its list), as the other system wrote her down, and what it tells otherwise.
_DOUBLES: tuple[tuple[str, int, NewCustomer, dict[str, str]], ...] = (
    ("es", 1, NewCustomer(given_name="Hugo", family_name="Ferer", external_ref="demo:newsletter-1"), {}),
    ("it", 2, NewCustomer(given_name="Martina", family_name="Grecco", external_ref="demo:newsletter-2"), {"postcode": "40126"}),
    ("ru", 0, NewCustomer(given_name="Katya", family_name="Morozova", external_ref="demo:newsletter-3"), {}),
    ("gb", 1, NewCustomer(given_name="Ethan", family_name="Fairly", external_ref="demo:newsletter-4"), {"birth_date": "1985-08-12"}),
    ("gb", 4, NewCustomer(given_name="Marcus", family_name="Collins", external_ref="demo:newsletter-5"), {"birth_date": "2009-01-17"}),
)  # fmt: skip
_JOINED = 2  # which of them somebody has joined already


async def put(tx: Tx, *, by: Hand) -> None:
    """Enter them, have their likeness found, and join one pair by hand."""
    pairs: list[tuple[CustomerId, CustomerId]] = []
    for market, place, new, otherwise in _DOUBLES:
        known = await customers.find(tx, q=CUSTOMERS[market][place].email or "", limit=1)
        double = await customers.create(tx, new=new, by=by)
        pairs.append((known[0].id, double.id))
        for id, source, told in ((known[0].id, "web", {}), (double.id, "import:newsletter", otherwise)):
            said = {**_HOMES[market], **told}
            attributes = [PersonAttribute(kind=Told(kind), value=value, confidence=70) for kind, value in said.items()]
            await identity.put_attributes(tx, record_id=id, source=source, attributes=attributes, by=by)
    one, other = pairs[_JOINED]
    await identity.merge(tx, merges=[NewMerge(record_a=one, record_b=other, basis=Basis.BY_HAND)], by=by)
    # What the demo shows is decided by people: nothing of it is joined by itself.
    policy = await identity.policy(tx)
    await identity.put_policy(tx, policy=type(policy)(merge_bits=30, review_bits=policy.review_bits))
    await identity.consider(tx, ids=[double for _, double in pairs], by=by)
