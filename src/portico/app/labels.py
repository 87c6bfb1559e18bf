"""Labels, as whoever works for us gets them: written that a carrier is asked, then asked, then written what it said.

No transaction is open while a carrier is asked. Where no answer came, the label is `unknown` until the carrier itself has said
what it knows of the parcel; only a parcel of which it knows nothing is asked for anew.
"""

from collections.abc import Mapping

import msgspec
import structlog

from portico.business import api as business
from portico.business.types import Location, LocationId
from portico.fulfillment import api as fulfillment
from portico.fulfillment.ports import Carrier, CarrierNotReached, CarrierRefused, Carriers, CarrierSilent, cheapest
from portico.fulfillment.types import (
    Bought,
    CarrierShipment,
    Contact,
    Label,
    LabelAsk,
    LabelStep,
    Package,
    ParcelId,
    WorkWhole,
)
from portico.orders import api as orders
from portico.orders.types import OrderId
from portico.platform.db import Database, Tx
from portico.platform.events import Hand
from portico.platform.ids import decode_hook

log = structlog.get_logger()

BY = Hand(actor="system:labels", actor_name="")
NO_RATE = "no_rate"


class LabelJob(msgspec.Struct, frozen=True):
    parcel_id: ParcelId


class TryAgain(Exception):
    """The job is to be done again later."""


def read(payload: bytes) -> ParcelId:
    return msgspec.json.decode(payload, type=LabelJob, dec_hook=decode_hook).parcel_id


async def make(database: Database, carriers: Carriers, parcel_id: ParcelId) -> None:
    """Get a parcel's label. Raises TryAgain where the carrier was not reached or did not answer."""
    async with database.transaction() as tx:
        parcel = await fulfillment.parcel(tx, id=parcel_id)
        if parcel.label is Label.ASKED:
            state = Label.SENT
            if not await fulfillment.step(tx, id=parcel_id, before=Label.ASKED, step=LabelStep.SEND):
                return
        elif parcel.label is Label.SENT:  # whoever asked has not come back to say
            state = Label.UNKNOWN
            if not await fulfillment.step(tx, id=parcel_id, before=Label.SENT, step=LabelStep.LOSE):
                return
        elif parcel.label is Label.UNKNOWN:
            state = Label.UNKNOWN
        else:
            return
        one = await fulfillment.work(tx, id=parcel.fulfillment_id)
        carrier = carriers.by_code.get(parcel.carrier)
        if carrier is None:
            await _end(database, parcel, one, state, LabelStep.REFUSE, "unknown_carrier")
            return
        locations = (await business.directory(tx)).locations
        ask = await _ask(tx, parcel, one, locations)
    try:
        found = await _known(carrier, parcel, ask, state)
        if found is None:
            await _end(database, parcel, one, state, LabelStep.MISS, "")
            raise TryAgain("the carrier knows nothing of it")
        if found.bought is None:
            async with database.transaction() as tx:
                await fulfillment.keep_ref(tx, id=parcel.id, ref=found.ref)
            rate = cheapest(found.rates, ask.service)
            if rate is None:
                raise CarrierRefused(NO_RATE)
            found = msgspec.structs.replace(found, bought=await carrier.buy(ask, found, rate))
    except CarrierRefused as refused:
        await _end(database, parcel, one, state, LabelStep.REFUSE, refused.why)
        return
    except CarrierNotReached as trouble:
        if state is Label.SENT:
            await _end(database, parcel, one, state, LabelStep.NOT_SENT, trouble.why)
        raise TryAgain(trouble.why) from None
    except CarrierSilent as trouble:
        if state is Label.SENT:
            await _end(database, parcel, one, state, LabelStep.LOSE, trouble.why)
        raise TryAgain(trouble.why) from None
    assert found.bought is not None
    await _keep(database, parcel, one, state, found, found.bought)


async def _known(carrier: Carrier, parcel: Package, ask: LabelAsk, state: Label) -> CarrierShipment | None:
    """The parcel as the carrier has it: told of it for the first time, or asked what it knows."""
    if state is Label.UNKNOWN or parcel.carrier_ref:
        found = await carrier.find(parcel.carrier_ref or ask.reference)
        if found is not None or state is Label.UNKNOWN:
            return found
    return await carrier.create(ask)


async def _end(database: Database, parcel: Package, one: WorkWhole, before: Label, step: LabelStep, why: str) -> None:
    async with database.transaction() as tx:
        if await fulfillment.step(tx, id=parcel.id, before=before, step=step, error=why):
            after = (await fulfillment.parcel(tx, id=parcel.id)).label
            fulfillment.changed(tx, one, parcel.number, after, BY)
    log.info("label", parcel=str(parcel.id), carrier=parcel.carrier, step=step, why=why)


async def _keep(
    database: Database, parcel: Package, one: WorkWhole, before: Label, found: CarrierShipment, bought: Bought
) -> None:
    async with database.transaction() as tx:
        if await fulfillment.keep_label(tx, id=parcel.id, before=before, ref=found.ref, bought=bought):
            fulfillment.changed(tx, one, parcel.number, Label.BOUGHT, BY)


async def _ask(tx: Tx, parcel: Package, one: WorkWhole, locations: Mapping[LocationId, Location]) -> LabelAsk:
    """Where from, where to: addresses are the order's and the place's to know, and are kept nowhere else."""
    place = locations[one.work.location_id]
    holder = fulfillment.holder_of(one.work)
    assert isinstance(holder, OrderId)
    head = (await orders.order(tx, order_id=holder)).head
    name = f"{head.buyer_given_name} {head.buyer_family_name}".strip() or head.label
    to = locations.get(one.work.destination_id) if one.work.destination_id else None
    address = head.ship_to.address if head.ship_to else None
    receiver = Contact(
        f"{to.name} ({name})" if to else name,
        to.address if to else address or place.address,
        head.buyer_phone,
        head.buyer_email,
    )
    return LabelAsk(
        reference=str(parcel.id), sender=Contact(place.name, place.address, place.phone or ""), receiver=receiver,
        weight_grams=parcel.weight_grams, length_mm=parcel.length_mm, width_mm=parcel.width_mm,
        height_mm=parcel.height_mm, service=parcel.service, note=head.label,
    )  # fmt: skip
