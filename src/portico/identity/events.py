"""Facts about who is whom. The subject is the person, by her first record; no fact carries a name or an address."""

from portico.customers.types import CustomerId
from portico.identity.types import Basis, MergeId, ReviewId
from portico.platform.events import Fact, announces


@announces("identity.told.v1")
class AttributesTold(Fact, frozen=True, kw_only=True):
    """A source has said something of a record. The subject is the record; what was said is the room's own to know."""

    kinds: tuple[str, ...]

    def topics(self) -> list[str]:
        return [str(self.subject), "customers"]


@announces("identity.merged.v1")
class Merged(Fact, frozen=True, kw_only=True):
    """Two records are of one person from now on. What hangs on them stays where it is."""

    merge_id: MergeId
    records: tuple[CustomerId, CustomerId]
    basis: Basis
    proven: bool

    def topics(self) -> list[str]:
        return [str(self.subject), "identity"]


@announces("identity.unmerged.v1")
class Unmerged(Fact, frozen=True, kw_only=True):
    """Two records are of two people again, unless others join them."""

    merge_id: MergeId
    records: tuple[CustomerId, CustomerId]

    def topics(self) -> list[str]:
        return [str(self.subject), "identity"]


@announces("identity.review_found.v1")
class ReviewFound(Fact, frozen=True, kw_only=True):
    """Two records may be of one person, and somebody should look."""

    review_id: ReviewId
    records: tuple[CustomerId, CustomerId]

    def topics(self) -> list[str]:
        return ["identity"]
