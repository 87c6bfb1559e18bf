"""What an import stands on: a market in the file's currency, the channel it comes through, the hand that does it."""

from portico.business import api as business
from portico.business.types import Brand, BrandId, Channel, ChannelId, Location, Market, MarketId
from portico.integrations.shops.broken import NoLocation, NoMarket
from portico.platform.db import Tx
from portico.platform.events import Hand

CHANNEL_CODE = "import"


async def market(tx: Tx, *, code: str | None = None, currency: str | None = None, country: str | None = None) -> Market:
    """The market named by `code`; else the first in this currency (and, if one fits, country); else a new one.

    Without a currency: the first market there is. Refuses NoMarket where that is none, or `code` names none.
    """
    markets = list((await business.directory(tx)).markets.values())
    if code is not None:
        found = [one for one in markets if one.code == code]
    elif currency is None:
        found = markets
    else:
        found = [one for one in markets if one.currency == currency]
        found = [one for one in found if one.country == country] or (found if country is None else [])
    if found:
        return found[0]
    if code is not None or currency is None or country is None:
        raise NoMarket(market=code or "")
    return await _new_market(tx, currency, country)


async def _new_market(tx: Tx, currency: str, country: str) -> Market:
    """An empty database has nobody who sells: a plain brand, to be dressed later, and one market."""
    known = await business.directory(tx)
    brands = known.brands
    if not brands:
        plain = Brand(
            id=BrandId.new(), slug="shop", name="Shop", taglines={}, accent="#3b5bdb", radius_px=8, font="Inter",
            logo_svg="", tone="",
        )  # fmt: skip
        await business.put_brands(tx, brands=[plain])
        brands = (await business.directory(tx)).brands
    taken = {one.code for one in known.markets.values()}
    codes = (country.lower(), f"{country}-{currency}".lower())
    made = Market(
        id=MarketId.new(),
        code=codes[0] if codes[0] not in taken else codes[1],
        brand_id=brands[0].id,
        name=country,
        country=country,
        currency=currency,
        language="en",
        taxes_included=country != "US",
    )
    await business.put_markets(tx, markets=[made])
    return await market(tx, code=made.code)  # by its code: another process may have made it a moment ago


async def location(tx: Tx, *, market: Market, code: str | None) -> Location | None:
    """The location named by `code`; else the market's first; None if it has none. Refuses NoLocation."""
    stores = (await business.directory(tx)).stores(market.id)
    found = [one for one in stores if code in (None, one.code)]
    if not found and code is not None:
        raise NoLocation(location=code)
    return found[0] if found else None


async def hand(tx: Tx, *, name: str) -> Hand:
    """Whoever runs the import, through the channel of imports."""
    channel = Channel(id=ChannelId.new(), code=CHANNEL_CODE, kind="import", name="Import", market_id=None)
    await business.put_channels(tx, channels=[channel])
    channels = (await business.directory(tx)).channels.values()
    found = next(one for one in channels if one.code == CHANNEL_CODE)
    return Hand(actor="system:import", actor_name=name, channel_id=found.id.uuid)
