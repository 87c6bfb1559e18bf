"""For whom rewards are."""

from portico.loyalty.types import Terms


def reaches(terms: Terms, tier: str, wanted: str) -> bool:
    """Whether a tier is the wanted one or above it; without a wanted one, anybody's is."""
    order = [one.code for one in terms.tiers]
    return not wanted or (tier in order and wanted in order and order.index(tier) >= order.index(wanted))
