"""What companies announces. No fact carries a name or an address."""

from portico.companies.types import Role, State
from portico.platform.events import Fact, announces


@announces("companies.changed.v1")
class CompanySet(Fact, frozen=True, kw_only=True):
    """A company was entered, or what we know or allow of it was changed."""

    number: str
    state: State
    version: int

    def topics(self) -> list[str]:
        return [*super().topics(), "companies"]


@announces("companies.buyer_invited.v1")
class BuyerInvited(Fact, frozen=True, kw_only=True):
    """Somebody was written to and may join."""

    role: Role


@announces("companies.buyer_joined.v1")
class BuyerJoined(Fact, frozen=True, kw_only=True):
    """A customer buys for the company from now on."""

    role: Role


@announces("companies.buyer_changed.v1")
class BuyerChanged(Fact, frozen=True, kw_only=True):
    """A buyer has another role or other limits."""

    role: Role


@announces("companies.buyer_left.v1")
class BuyerLeft(Fact, frozen=True, kw_only=True):
    """A customer does not buy for the company any more."""


@announces("companies.household_joined.v1")
class HouseholdJoined(Fact, frozen=True, kw_only=True):
    """A customer lives in a household, by her own word or by that of one of the staff."""

    by_herself: bool


@announces("companies.household_left.v1")
class HouseholdLeft(Fact, frozen=True, kw_only=True):
    """A customer lives there no more."""
