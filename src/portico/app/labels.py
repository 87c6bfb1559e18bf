"""Labels, as whoever works for us gets them: written that a carrier is asked, then asked, then written what it said.

No transaction is open while a carrier is asked. Where no answer came, the label is `unknown` until the carrier itself has said
what it knows of the parcel; only a parcel of which it knows nothing is asked for anew. So it is for parcels that go out and for
what buyers send back.
"""

from collections.abc import Mapping
from typing import Protocol

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
from portico.returns.api import labels as returned
from portico.returns.types import ReturnId

log = structlog.get_logger()

BY = Hand(actor="system:labels", actor_name="")
NO_RATE = "no_rate"


class LabelJob(msgspec.Struct, frozen=True):
    parcel_id: ParcelId


class ReturnLabelJob(msgspec.Struct, frozen=True):
    return_id: ReturnId


class Standing(msgspec.Struct, frozen=True):
    """How far a label is, who makes it, and what the carrier calls the shipment."""

    label: Label
    carrier: str
    ref: str


class Labeled(Protocol):
    """What a label is for. Each step is taken by whoever finds the label as it was; of two at once one does."""

    @property
    def name(self) -> str: ...

    async def standing(self, tx: Tx) -> Standing: ...

    async def ask(self, tx: Tx) -> LabelAsk: ...

    async def step(self, tx: Tx, before: Label, step: LabelStep, error: str = "") -> bool: ...

    async def keep_ref(self, tx: Tx, ref: str) -> None: ...

    async def keep(self, tx: Tx, before: Label, ref: str, bought: Bought) -> None: ...


class TryAgain(Exception):
    """The job is to be done again later."""


def read(payload: bytes) -> ParcelId:
    return msgspec.json.decode(payload, type=LabelJob, dec_hook=decode_hook).parcel_id


def read_return(payload: bytes) -> ReturnId:
    return msgspec.json.decode(payload, type=ReturnLabelJob, dec_hook=decode_hook).return_id


async def make(database: Database, carriers: Carriers, parcel_id: ParcelId) -> None:
    """Get a parcel's label. Raises TryAgain where the carrier was not reached or did not answer."""
    await _make(database, carriers, OfParcel(parcel_id))


async def make_return(database: Database, carriers: Carriers, return_id: ReturnId) -> None:
    """Get the label of a return. Raises TryAgain where the carrier was not reached or did not answer."""
    await _make(database, carriers, OfReturn(return_id))


async def _make(database: Database, carriers: Carriers, what: Labeled) -> None:
    async with database.transaction() as tx:
        begun = await _begin(tx, what)
        if begun is None:
            return
        state, standing = begun
        carrier = carriers.by_code.get(standing.carrier)
        ask = await what.ask(tx) if carrier else None
    if carrier is None or ask is None:
        await _end(database, what, state, LabelStep.REFUSE, "unknown_carrier")
        return
    try:
        found = await _asked(database, carrier, what, ask, state, standing.ref)
    except CarrierRefused as refused:
        await _end(database, what, state, LabelStep.REFUSE, refused.why)
        return
    except CarrierNotReached as trouble:
        if state is Label.SENT:
            await _end(database, what, state, LabelStep.NOT_SENT, trouble.why)
        raise TryAgain(trouble.why) from None
    except CarrierSilent as trouble:
        if state is Label.SENT:
            await _end(database, what, state, LabelStep.LOSE, trouble.why)
        raise TryAgain(trouble.why) from None
    if found is None:
        await _end(database, what, state, LabelStep.MISS, "")
        raise TryAgain("the carrier knows nothing of it")
    assert found.bought is not None
    async with database.transaction() as tx:
        await what.keep(tx, state, found.ref, found.bought)


async def _begin(tx: Tx, what: Labeled) -> tuple[Label, Standing] | None:
    """Write that the carrier is asked: as what, or None where there is nothing to ask, or somebody else does."""
    standing = await what.standing(tx)
    if standing.label is Label.UNKNOWN:
        return Label.UNKNOWN, standing
    # One that is `sent` already: whoever asked has not come back to say.
    goes_on = {Label.ASKED: (LabelStep.SEND, Label.SENT), Label.SENT: (LabelStep.LOSE, Label.UNKNOWN)}
    if standing.label not in goes_on:
        return None
    step, after = goes_on[standing.label]
    return (after, standing) if await what.step(tx, standing.label, step) else None


async def _asked(
    database: Database, carrier: Carrier, what: Labeled, ask: LabelAsk, state: Label, ref: str
) -> CarrierShipment | None:
    """The shipment with its label; None if the carrier was asked what it knows, and knows nothing."""
    found = await _known(carrier, ask, state, ref)
    if found is None or found.bought is not None:
        return found
    async with database.transaction() as tx:
        await what.keep_ref(tx, found.ref)
    rate = cheapest(found.rates, ask.service)
    if rate is None:
        raise CarrierRefused(NO_RATE)
    return msgspec.structs.replace(found, bought=await carrier.buy(ask, found, rate))


async def _known(carrier: Carrier, ask: LabelAsk, state: Label, ref: str) -> CarrierShipment | None:
    """The parcel as the carrier has it: told of it for the first time, or asked what it knows."""
    if state is Label.UNKNOWN or ref:
        found = await carrier.find(ref or ask.reference)
        if found is not None or state is Label.UNKNOWN:
            return found
    return await carrier.create(ask)


async def _end(database: Database, what: Labeled, before: Label, step: LabelStep, why: str) -> None:
    async with database.transaction() as tx:
        await what.step(tx, before, step, why)
    log.info("label", of=what.name, step=step, why=why)


class OfParcel:
    """The label of a parcel that goes out."""

    def __init__(self, parcel_id: ParcelId) -> None:
        self._id = parcel_id
        self.name = str(parcel_id)

    async def standing(self, tx: Tx) -> Standing:
        found = await fulfillment.parcel(tx, id=self._id)
        return Standing(found.label, found.carrier, found.carrier_ref)

    async def ask(self, tx: Tx) -> LabelAsk:
        parcel, one = await self._of(tx)
        return await _ask(tx, parcel, one, (await business.directory(tx)).locations)

    async def step(self, tx: Tx, before: Label, step: LabelStep, error: str = "") -> bool:
        if not await fulfillment.step(tx, id=self._id, before=before, step=step, error=error):
            return False
        if before is Label.ASKED:  # that it is being asked is no news
            return True
        parcel, one = await self._of(tx)
        fulfillment.changed(tx, one, parcel.number, parcel.label, BY)
        return True

    async def keep_ref(self, tx: Tx, ref: str) -> None:
        await fulfillment.keep_ref(tx, id=self._id, ref=ref)

    async def keep(self, tx: Tx, before: Label, ref: str, bought: Bought) -> None:
        parcel, one = await self._of(tx)
        if await fulfillment.keep_label(tx, id=self._id, before=before, ref=ref, bought=bought):
            fulfillment.changed(tx, one, parcel.number, Label.BOUGHT, BY)

    async def _of(self, tx: Tx) -> tuple[Package, WorkWhole]:
        parcel = await fulfillment.parcel(tx, id=self._id)
        return parcel, await fulfillment.work(tx, id=parcel.fulfillment_id)


class OfReturn:
    """The label of what a buyer sends back."""

    def __init__(self, return_id: ReturnId) -> None:
        self._id = return_id
        self.name = str(return_id)

    async def standing(self, tx: Tx) -> Standing:
        found = await returned.label(tx, return_id=self._id)
        return Standing(found.label, found.carrier, found.carrier_ref)

    async def ask(self, tx: Tx) -> LabelAsk:
        return await returned.whom(tx, return_id=self._id, locations=(await business.directory(tx)).locations)

    async def step(self, tx: Tx, before: Label, step: LabelStep, error: str = "") -> bool:
        return await returned.step(tx, return_id=self._id, before=before, step=step, by=BY, error=error)

    async def keep_ref(self, tx: Tx, ref: str) -> None:
        await returned.keep_ref(tx, return_id=self._id, ref=ref)

    async def keep(self, tx: Tx, before: Label, ref: str, bought: Bought) -> None:
        await returned.keep(tx, return_id=self._id, before=before, ref=ref, bought=bought, by=BY)


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
