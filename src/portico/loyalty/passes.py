"""What a member's card shows in the wallet of her phone."""

from portico.business.api import Directory
from portico.business.types import Market
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.loyalty.membership import membership
from portico.loyalty.ports import PassFace
from portico.loyalty.types import NoProgramme
from portico.platform import i18n
from portico.platform.db import Tx


async def face(
    tx: Tx, *, customer_id: CustomerId, market: Market, directory: Directory, language: str, public_url: str
) -> PassFace:
    """Refuses NotFound, NoProgramme where none runs or she has no number."""
    brand = next((one for one in directory.brands if one.id == market.brand_id), directory.brand)
    who = await customers.customer(tx, id=customer_id)
    found = await membership(tx, customer_ids=[customer_id], market_id=market.id, language=language)
    if found is None or who.loyalty_number is None:
        raise NoProgramme()
    progress = found.progress
    worth = found.points // found.points_per_minor if found.points_per_minor else 0
    return PassFace(
        serial=customer_id.bytes.hex(),
        number=who.loyalty_number,
        programme_code=found.programme,
        organisation=brand.name,
        programme=found.name,
        accent=brand.accent,
        language=language,
        points=(found.unit, str(found.points)),
        tier=(i18n.text(language, "loyalty.pass.tier"), progress.name) if progress and progress.name else None,
        holder=(i18n.text(language, "loyalty.pass.holder"), who.name),
        worth=(i18n.text(language, "loyalty.pass.worth"), i18n.currency(language, worth, market.currency))
        if worth
        else None,
        link=f"{public_url}/wallet",
        logo_url=f"{public_url}/v1/wallet-passes/logo/{market.code}",
    )
