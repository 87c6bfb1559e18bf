"""Who sells in each market as it stands on paper, and documents of every kind. The companies and their tax numbers are invented;
the numbers' check digits are right."""

import msgspec

from portico.business.api import Directory
from portico.business.types import Address
from portico.documents import api as documents
from portico.documents.types import CreditLine, Party, Seller
from portico.orders import api as orders
from portico.orders.types import Order, State, Term
from portico.platform.db import Tx
from portico.platform.events import Hand


class Company(msgspec.Struct, frozen=True):
    """Who sells in a market, and somebody there who asks for invoices."""

    entity: str
    seller: Party
    buyer: Party


COMPANIES = {
    "es": Company(
        "nidora-es",
        Party("Nidora España, S.A.", "A99990004", Address("Calle de Fuencarral, 98", "Madrid", "28004", "ES")),
        Party("Café del Norte, S.L.", "B99980005", Address("Calle de Ayala, 12", "Madrid", "28001", "ES")),
    ),
    "it": Company(
        "nidora-it",
        Party("Nidora Italia S.r.l.", "99999000013", Address("Via Solferino, 11", "Milano", "20121", "IT")),
        Party("Trattoria Bassani S.n.c.", "99990000012", Address("Via Rivoltana, 3", "Segrate", "20054", "IT")),
    ),
    "ru": Company(
        "nidora-ru",
        Party("ООО «Нидора»", "9999000006", Address("улица Покровка, 17", "Москва", "101000", "RU")),
        Party("ООО «Чайная комната»", "9998000003", Address("Большая Никитская улица, 5", "Москва", "125009", "RU")),
    ),
    "gb": Company(
        "nidora-gb",
        Party("Nidora UK Ltd", "999900002", Address("74 Marylebone High Street", "London", "W1U 5JW", "GB")),
        Party("Redchurch Rooms Ltd", "999800007", Address("20 Redchurch Street", "London", "E2 7DP", "GB")),
    ),
}


async def put(tx: Tx, *, directory: Directory, by: Hand) -> None:
    """Sellers of every market; for each, a receipt, an invoice, and one that was taken back in part. A second time changes
    nothing."""
    await documents.put_sellers(
        tx,
        sellers=[
            Seller(one.id, company.entity, company.seller.name, company.seller.tax_id, company.seller.address)
            for one in directory.markets.values()
            if (company := COMPANIES.get(one.code)) and company.seller.address
        ],
    )
    for market in directory.markets.values():
        if market.code not in COMPANIES:
            continue
        sold = await _sold(tx, directory, market.code)
        paid = [one for one in sold if one.head.balance <= 0 and one.head.payment_term is not Term.SETTLED_ELSEWHERE]
        for order in paid:
            await documents.receipt(tx, order=order, directory=directory, by=by)
        for order in paid[:2]:
            await documents.invoice(tx, order=order, buyer=COMPANIES[market.code].buyer, directory=directory, by=by)
        for order in paid[1:2]:
            await _take_back(tx, order, by)


async def _sold(tx: Tx, directory: Directory, market: str) -> list[Order]:
    """The market's first sales over the counter."""
    found: list[Order] = []
    for place in directory.shops(directory.market(market).id):
        heads = await orders.heads(tx, location_id=place.id, state=State.FULFILLED, rows_max=3)
        found += [await orders.order(tx, order_id=one.id) for one in heads]
    return sorted(found, key=lambda one: one.head.placed_at)


async def _take_back(tx: Tx, order: Order, by: Hand) -> None:
    """One unit of the first line came back, and it was damaged."""
    line = order.lines[0]
    written = await documents.of_order(tx, order_id=order.head.id)
    invoice = next(one for one in written if one.refers_to and one.type == "invoice")
    unit = CreditLine(str(line.id), min(line.ordered, 10**line.scale))
    await documents.credit(
        tx, document_id=invoice.id, lines=[unit], reason="", cause=f"demo:{order.head.external_ref}", by=by
    )
