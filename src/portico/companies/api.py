"""What others may ask of companies."""

from portico.companies.buyers import (
    INVITATION_LASTS,
    accept,
    buyer,
    buyers,
    drop_buyer,
    invitations,
    invitations_to,
    invite,
    may_buy,
    of_customers,
    put_buyer,
    records,
    sweep_invitations,
    take_back,
)
from portico.companies.credit import KIND as OWES
from portico.companies.credit import is_owed, lent, owed, owed_in, owes
from portico.companies.households import (
    Living,
    found_household,
    household,
    household_of,
    join,
    leave,
    put_household,
)
from portico.companies.keeping import (
    PAGE_MAX,
    After,
    briefs,
    companies,
    company,
    create,
    find,
    lock,
    put,
    refuse_closed,
)
from portico.companies.rules import month_began, needs_approval, read_po, read_tax_id

__all__ = [
    "INVITATION_LASTS", "OWES", "PAGE_MAX", "After", "Living", "accept", "briefs", "buyer", "buyers", "companies", "company", "create", "drop_buyer",
    "find", "found_household", "household", "household_of", "invitations", "invitations_to", "invite", "is_owed", "join", "leave", "lent", "lock",
    "may_buy", "month_began", "needs_approval", "of_customers", "owed", "owed_in", "owes", "put", "put_buyer", "put_household", "read_po", "read_tax_id",
    "records", "refuse_closed", "sweep_invitations", "take_back",
]  # fmt: skip
