"""EasyPost: a hundred carriers behind one HTTP API (docs.easypost.com, v2). Weights are ounces there, sides inches.

A shipment is created under our own reference and costs nothing; buying it makes the label. A shipment is bought once: bought
again it is refused, and the label it has is fetched. The key is sent with each request and appears in no message and no log.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import httpx
import msgspec

from portico.fulfillment.ports import CarrierNotReached, CarrierRefused, CarrierSilent
from portico.fulfillment.types import BadSignature, Bought, CarrierShipment, Contact, LabelAsk, Rate, Tracked
from portico.platform import money

GRAMS_PER_OUNCE, MM_PER_INCH = Decimal("28.349523125"), Decimal("25.4")
LABEL_BYTES_MAX = 5_000_000
BOUGHT_ALREADY = "SHIPMENT.POSTAGE.EXISTS"
SIGNATURE_PREFIX = "hmac-sha256-hex="


class _Rate(msgspec.Struct, frozen=True):
    id: str
    carrier: str
    service: str
    rate: str
    currency: str = "USD"
    delivery_days: int | None = None


class _PostageLabel(msgspec.Struct, frozen=True):
    label_url: str
    label_file_type: str = "application/pdf"


class _Tracker(msgspec.Struct, frozen=True):
    public_url: str | None = None


class _Shipment(msgspec.Struct, frozen=True):
    id: str
    rates: list[_Rate] = []
    selected_rate: _Rate | None = None
    postage_label: _PostageLabel | None = None
    tracking_code: str | None = None
    tracker: _Tracker | None = None


class _Error(msgspec.Struct, frozen=True):
    code: str = ""
    message: Any = ""


class _Failure(msgspec.Struct, frozen=True):
    error: _Error = _Error()


class _Where(msgspec.Struct, frozen=True):
    city: str | None = None
    state: str | None = None
    country: str | None = None


class _Detail(msgspec.Struct, frozen=True):
    status: str
    datetime: str
    message: str | None = None
    tracking_location: _Where | None = None


class _Told(msgspec.Struct, frozen=True):
    tracking_code: str = ""
    status: str = "unknown"
    updated_at: str = ""
    est_delivery_date: str | None = None
    tracking_details: list[_Detail] = []


class _Event(msgspec.Struct, frozen=True):
    id: str = ""
    description: str = ""
    result: _Told = _Told()


class EasyPost:
    code = "easypost"

    def __init__(self, *, url: str, key: str, webhook_secret: str = "", timeout_seconds: float = 20) -> None:
        self._url, self._secret = url.rstrip("/"), webhook_secret
        self._auth = httpx.BasicAuth(key, "")
        self._timeout = timeout_seconds

    async def create(self, ask: LabelAsk) -> CarrierShipment:
        # A return is told with the addresses of the way out: they are switched over there.
        out_from, out_to = (ask.receiver, ask.sender) if ask.is_return else (ask.sender, ask.receiver)
        body = {
            "shipment": {
                "reference": ask.reference,
                "from_address": _address(out_from),
                "to_address": _address(out_to),
                "parcel": _parcel(ask),
                "is_return": ask.is_return,
                "options": {"label_format": "PDF", "print_custom_1": ask.note},
            }
        }
        return self._read(await self._send("POST", "/v2/shipments", body))

    async def buy(self, ask: LabelAsk, shipment: CarrierShipment, rate: Rate) -> Bought:
        try:
            answer = await self._send("POST", f"/v2/shipments/{shipment.ref}/buy", {"rate": {"id": rate.id}})
        except _BoughtAlready:
            answer = await self._send("GET", f"/v2/shipments/{shipment.ref}")
        return await self._bought(self._decode(answer))

    async def find(self, reference: str) -> CarrierShipment | None:
        try:
            answer = await self._send("GET", f"/v2/shipments/{reference}")
        except _NotFound:
            return None
        found = self._decode(answer)
        read = self._read(answer)
        if found.postage_label is None:
            return read
        return msgspec.structs.replace(read, bought=await self._bought(found))

    def heard(self, body: bytes, signature: str | None) -> Sequence[Tracked]:
        secret = unicodedata.normalize("NFKD", self._secret).encode()
        expected = SIGNATURE_PREFIX + hmac.new(secret, body, hashlib.sha256).hexdigest()
        if not self._secret or not hmac.compare_digest(expected.encode(), (signature or "").encode()):
            raise BadSignature()
        try:
            event = msgspec.json.decode(body, type=_Event)
        except msgspec.DecodeError:
            return ()
        if not event.description.startswith("tracker.") or not event.result.tracking_code:
            return ()
        return _told(event.result)

    async def _bought(self, one: _Shipment) -> Bought:
        if one.postage_label is None or not one.tracking_code or one.selected_rate is None:
            raise CarrierSilent("a shipment was bought and has no label yet")
        label = await self._label(one.postage_label.label_url)
        rate = _rate(one.selected_rate)
        return Bought(
            carrier=rate.carrier, service=rate.service, tracking_code=one.tracking_code,
            tracking_url=(one.tracker.public_url if one.tracker else None) or "", label=label,
            label_type=one.postage_label.label_file_type, cost=rate.amount, currency=rate.currency,
        )  # fmt: skip

    async def _label(self, url: str) -> bytes:
        """A label's bytes. It lies elsewhere, where our key has no business."""
        try:
            async with httpx.AsyncClient(timeout=self._timeout) as client:
                answer = await client.get(url)
        except (httpx.TransportError, httpx.InvalidURL) as trouble:
            raise CarrierSilent(f"label: {type(trouble).__name__}") from None
        if answer.status_code != 200 or not 0 < len(answer.content) <= LABEL_BYTES_MAX:
            raise CarrierSilent(f"label: {answer.status_code}")
        return answer.content

    async def _send(self, method: str, path: str, body: Any = None) -> bytes:
        try:
            async with httpx.AsyncClient(timeout=self._timeout, auth=self._auth) as client:
                answer = await client.request(method, f"{self._url}{path}", json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as trouble:
            raise CarrierNotReached(type(trouble).__name__) from None
        except httpx.TransportError as trouble:
            raise CarrierSilent(type(trouble).__name__) from None
        if answer.is_success:
            return answer.content
        if answer.status_code == 404:
            raise _NotFound("not found")
        if answer.status_code == 429:
            raise CarrierNotReached("429")
        if answer.status_code >= 500:
            raise CarrierSilent(str(answer.status_code))
        error = _failure(answer.content)
        if error.code == BOUGHT_ALREADY:
            raise _BoughtAlready(error.code)
        raise CarrierRefused(f"{error.code} {error.message}".strip()[:300] or str(answer.status_code))

    @staticmethod
    def _decode(answer: bytes) -> _Shipment:
        try:
            return msgspec.json.decode(answer, type=_Shipment)
        except msgspec.DecodeError as wrong:
            raise CarrierSilent(str(wrong)[:200]) from None

    def _read(self, answer: bytes) -> CarrierShipment:
        found = self._decode(answer)
        return CarrierShipment(found.id, tuple(_rate(one) for one in found.rates))


class _NotFound(CarrierRefused):
    pass


class _BoughtAlready(CarrierRefused):
    pass


def _failure(answer: bytes) -> _Error:
    try:
        return msgspec.json.decode(answer, type=_Failure).error
    except msgspec.DecodeError:
        return _Error()


def _address(one: Contact) -> dict[str, str]:
    place = one.address
    return {
        "name": one.name, "street1": place.street_address, "city": place.address_locality, "zip": place.postal_code,
        "state": place.address_region, "country": place.address_country, "phone": one.phone, "email": one.email,
    }  # fmt: skip


def _parcel(ask: LabelAsk) -> dict[str, str]:
    sides = {
        name: str(_tenths(Decimal(side) / MM_PER_INCH))
        for name, side in (("length", ask.length_mm), ("width", ask.width_mm), ("height", ask.height_mm))
        if side
    }
    return {"weight": str(_tenths(Decimal(ask.weight_grams) / GRAMS_PER_OUNCE)), **sides}


def _tenths(value: Decimal) -> Decimal:
    return max(value.quantize(Decimal("0.1"), ROUND_HALF_UP), Decimal("0.1"))


def _rate(one: _Rate) -> Rate:
    minor = Decimal(one.rate).scaleb(money.exponent(one.currency)).quantize(Decimal(1), ROUND_HALF_UP)
    return Rate(one.id, one.carrier, one.service, int(minor), one.currency, one.delivery_days)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _told(one: _Told) -> list[Tracked]:
    """Every step the tracker lists: those we have heard of come to the same."""
    expected = _moment(one.est_delivery_date or "")
    found = []
    for each in one.tracking_details:
        at = _moment(each.datetime)
        if at is None:
            continue
        where = each.tracking_location or _Where()
        place = ", ".join(part for part in (where.city, where.country) if part)
        found.append(
            Tracked(
                tracking_code=one.tracking_code, status=each.status, occurred_at=at, message=each.message or "", place=place,
                source_id=f"{each.datetime} {each.status}", estimated_at=expected,
            )
        )  # fmt: skip
    at = _moment(one.updated_at)
    if not found and at is not None:
        found.append(
            Tracked(
                tracking_code=one.tracking_code, status=one.status, occurred_at=at, estimated_at=expected,
                source_id=f"{one.updated_at} {one.status}",
            )
        )  # fmt: skip
    return found
