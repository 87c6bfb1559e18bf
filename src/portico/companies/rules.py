"""Pure decisions about companies: what a company may be, and what an order of it needs. Random choices come in as arguments."""

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from stdnum import get_cc_module
from stdnum.it import codicefiscale

from portico.business.types import Address
from portico.companies.types import (
    AMOUNT_MAX,
    DELIVERIES_MAX,
    NAME_LENGTH_MAX,
    PO_LENGTH_MAX,
    TERMS_DAYS_MAX,
    Amount,
    ApprovalReason,
    BadCompany,
    BadTaxNumber,
    Buyer,
    Company,
    Limit,
    NewCompany,
    Why,
)

# As people read codes to each other on the phone: no 0 and O, no 1 and I and L, no U that becomes a V.
SPOKEN = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBER_LENGTH = 6
TAX_ID_LENGTH_MAX = 20
ADDRESS_LENGTH_MAX = 200
WORDS_MAX = 6


def words(q: str) -> list[str]:
    """What is looked for, word by word, as a search takes it."""
    return re.findall(r"[\w]+", q.casefold())[:WORDS_MAX]


def number(letters: Sequence[str]) -> str:
    return f"B-{''.join(letters)}"


def read_tax_id(text: str, *, country: str) -> str | None:
    """A tax number as its country writes it; None if it is none. Of countries we have no rule for: letters and digits."""
    plain = "".join(one for one in text.upper() if one.isalnum())
    if not 2 < len(plain) <= TAX_ID_LENGTH_MAX or not plain.isascii():
        return None
    judge = get_cc_module(country.lower(), "vat")
    if judge is None:
        return plain
    if country == "IT" and codicefiscale.is_valid(plain):  # what a person has instead
        return plain
    return str(judge.compact(plain)) if judge.is_valid(plain) else None


def check(new: NewCompany, *, currencies: frozenset[str]) -> str:
    """Its tax id as its country writes it, "" where it has none. Refuses BadCompany, BadTaxNumber."""
    if not 0 < len(new.name.strip()) <= NAME_LENGTH_MAX:
        raise BadCompany(field="name", why=f"1..{NAME_LENGTH_MAX}")
    for field, address in [("billing", new.billing), *(("deliveries", one.address) for one in new.deliveries)]:
        check_address(address, field=field)
    if len(new.deliveries) > DELIVERIES_MAX:
        raise BadCompany(field="deliveries", why=f"<= {DELIVERIES_MAX}")
    labels = [one.label.strip().casefold() for one in new.deliveries]
    if not all(0 < len(one) <= NAME_LENGTH_MAX for one in labels) or len(set(labels)) < len(labels):
        raise BadCompany(field="deliveries.label", why=f"1..{NAME_LENGTH_MAX}, !=")
    if not 0 <= new.terms_days <= TERMS_DAYS_MAX:
        raise BadCompany(field="terms_days", why=f"0..{TERMS_DAYS_MAX}")
    check_amounts("credits", new.credits, currencies)
    check_amounts("policy.approve_above", new.policy.approve_above, currencies)
    if not new.tax_id.strip():
        return ""
    country = new.billing.address_country
    tax_id = read_tax_id(new.tax_id, country=country)
    if tax_id is None:
        raise BadTaxNumber(tax_id=new.tax_id[:50], country=country)
    return tax_id


def check_address(address: Address, *, field: str) -> None:
    """Refuses BadCompany where nobody would find it."""
    for name in Address.__struct_fields__:
        text = getattr(address, name)
        if len(text) > ADDRESS_LENGTH_MAX or (not text.strip() and name in ("street_address", "address_locality")):
            raise BadCompany(field=f"{field}.{name}", why=f"1..{ADDRESS_LENGTH_MAX}")
    code = address.address_country
    if len(code) != 2 or not (code.isascii() and code.isalpha() and code.isupper()):
        raise BadCompany(field=f"{field}.address_country", why="ISO 3166")


def check_amounts(field: str, amounts: Sequence[Amount], currencies: frozenset[str]) -> None:
    named = [one.currency for one in amounts]
    if not set(named) <= currencies or len(set(named)) < len(named):
        raise BadCompany(field=f"{field}.currency", why=", ".join(sorted(currencies)))
    if not all(0 <= one.amount <= AMOUNT_MAX for one in amounts):
        raise BadCompany(field=f"{field}.amount", why=f"0..{AMOUNT_MAX}")


def check_limits(limits: Sequence[Limit], *, currencies: frozenset[str]) -> None:
    """Refuses BadCompany."""
    for field in ("per_order", "per_month"):
        amounts = [Amount(one.currency, 0 if (most := getattr(one, field)) is None else most) for one in limits]
        check_amounts(f"limits.{field}", amounts, currencies)


def read_po(text: str) -> str:
    """A purchase order's number as it is kept. Refuses BadCompany."""
    plain = " ".join(text.split())
    if len(plain) > PO_LENGTH_MAX or not plain.isprintable():
        raise BadCompany(field="po_number", why=f"0..{PO_LENGTH_MAX}")
    return plain


def needs_approval(
    company: Company, buyer: Buyer, *, total: int, currency: str, spent: int
) -> tuple[ApprovalReason, ...]:
    """Why somebody has to approve an order of so much; nothing where nobody has. `spent`: what she has bought for it this month.

    Who approves needs nobody else where the company's rules say that she may approve her own.
    """
    if company.policy.approve_own and buyer.role.approves:
        return ()
    limit, reasons = buyer.limit(currency), []
    if limit.per_order is not None and total > limit.per_order:
        reasons.append(ApprovalReason(Why.ORDER_LIMIT, limit.per_order, total, currency))
    if limit.per_month is not None and spent + total > limit.per_month:
        reasons.append(ApprovalReason(Why.MONTH_LIMIT, limit.per_month, spent + total, currency))
    reasons += [
        ApprovalReason(Why.COMPANY_RULE, one.amount, total, currency)
        for one in company.policy.approve_above
        if one.currency == currency and total > one.amount
    ]
    return tuple(reasons)


def month_began(at: datetime, *, zone: str) -> datetime:
    """The beginning of the month of a moment, by the clocks of a place."""
    local = at.astimezone(ZoneInfo(zone))
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(at.tzinfo)
