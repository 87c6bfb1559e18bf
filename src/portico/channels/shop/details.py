"""Who buys, and where it is to be delivered: what is typed, what is wrong with it, what a refusal says of it."""

from collections.abc import Mapping, Set

import msgspec

from portico.business.types import Address
from portico.channels.shop.page import sentence
from portico.channels.shop.visit import Visit
from portico.checkout.types import BadAddress, Head, Incomplete, Message
from portico.customers import api as customers
from portico.customers.types import BadEmail, BadPhone, CustomerId
from portico.orders.types import Buyer, ShipTo
from portico.platform.auth.types import Kind
from portico.platform.db import Tx
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId

NAME_LENGTH_MAX, CONTACT_LENGTH_MAX, ADDRESS_LENGTH_MAX = 100, 200, 200
BUYER = {
    "given_name": NAME_LENGTH_MAX, "family_name": NAME_LENGTH_MAX, "email": CONTACT_LENGTH_MAX, "phone": CONTACT_LENGTH_MAX,
}  # fmt: skip
ADDRESS = {"street_address": ADDRESS_LENGTH_MAX, "address_locality": ADDRESS_LENGTH_MAX}
FIELDS = {**BUYER, **ADDRESS}
FIELD_OF = {
    "name_missing": "given_name", "contact_missing": "email", "fulfillment_missing": "way", "address_missing": "street_address",
}  # fmt: skip


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """`postal` is the code that goods are sent to; without one no address is asked for."""

    typed: Mapping[str, str]
    errors: Mapping[str, str]
    postal: str
    signed_in: bool


def details(here: Visit, typed: Mapping[str, str], errors: Mapping[str, str], *, postal: str) -> Details:
    return Details(
        typed={name: typed.get(name, "") for name in FIELDS},
        errors={name: errors.get(name, "") for name in FIELDS},
        postal=postal,
        signed_in=here.customer,
    )


async def known(here: Visit, tx: Tx) -> dict[str, str]:
    """What we know of her already."""
    asker = here.door.principal
    if asker.kind is not Kind.CUSTOMER or asker.id is None:
        return {}
    customer_id = CustomerId(asker.id.bytes)
    brief = (await customers.briefs(tx, ids=[customer_id])).get(customer_id)
    return {name: getattr(brief, name) or "" for name in BUYER} if brief else {}


def before(head: Head) -> dict[str, str]:
    """What she has told at this checkout already."""
    address = head.ship_to.address if head.ship_to else None
    said = {name: getattr(head, name) for name in BUYER} | {name: getattr(address, name, "") for name in ADDRESS}
    return {name: text for name, text in said.items() if text}


def buyer(typed: Mapping[str, str]) -> Buyer:
    return Buyer(**{name: typed.get(name, "") for name in BUYER})


def address(typed: Mapping[str, str], ship_to: ShipTo | None) -> Address | None:
    """What was typed, with the postal code that it was promised for."""
    if ship_to is None or ship_to.address is None:
        return None
    street, town = (typed.get(name, "") for name in ADDRESS)
    return msgspec.structs.replace(ship_to.address, street_address=street, address_locality=town)


async def check(here: Visit, tx: Tx, typed: Mapping[str, str], *, delivered: bool) -> dict[str, str]:
    """Fields that cannot be what they should be, each with a word."""
    errors = {
        name: here.say("shop.checkout.too_long", count=length_max)
        for name, length_max in FIELDS.items()
        if len(typed.get(name, "")) > length_max
    }
    if not typed.get("given_name"):
        errors["given_name"] = here.say("checkout.message.name_missing")
    if not (typed.get("email") or typed.get("phone")):
        errors["email"] = here.say("checkout.message.contact_missing")
    for name in ADDRESS:
        if delivered and not typed.get(name):
            errors[name] = here.say(f"shop.checkout.{name}_missing")
    for name, wrong in (("email", BadEmail), ("phone", BadPhone)):
        given = typed.get(name, "")
        if not given or name in errors:
            continue
        if ("@" in given) != (name == "email"):
            errors[name] = sentence(wrong(given=given), here.language)
            continue
        try:
            await customers.by_address(tx, address=given)
        except (BadEmail, BadPhone):
            errors[name] = sentence(wrong(given=given), here.language)
    return errors


def told_at(here: Visit, refused: Refused, line_ids: Set[LineItemId]) -> dict[str, str]:
    """A refusal, told at the fields it is about, those of some lines among them; the empty name is about the whole."""
    if isinstance(refused, Incomplete):
        return dict(_message(here, one, line_ids) for one in refused.messages)
    if isinstance(refused, BadAddress):
        return {"street_address": sentence(refused, here.language)}
    return {"": sentence(refused, here.language)}


def _message(here: Visit, one: Message, line_ids: Set[LineItemId]) -> tuple[str, str]:
    field = f"at_{one.target}" if one.target in line_ids else FIELD_OF.get(one.code, "")
    return field, here.say(f"checkout.message.{one.code}")
