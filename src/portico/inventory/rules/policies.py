"""What a channel may promise of what is free."""

from collections.abc import Iterable
from uuid import UUID

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory.types import Leeway, Policy

UNLIMITED = Leeway()


class Policies:
    """The policies of a retailer, asked what holds for one variant at one location through one channel.

    Of several that fit, the one that names the variant comes before one that names the location, and that before one that
    names the channel. Each part (safety, share, excluded, low) is taken from the first that says something of it.
    """

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._by_scope = {(one.variant_id, one.location_id, one.channel_id): one for one in policies}
        self._variants = {variant for variant, _, _ in self._by_scope}
        self._locations = {location for _, location, _ in self._by_scope}
        self._worked_out: dict[tuple[VariantId | None, LocationId | None, UUID | None], Leeway] = {}

    def __bool__(self) -> bool:
        return bool(self._by_scope)

    def leeway(self, variant_id: VariantId, location_id: LocationId, channel_id: UUID | None) -> Leeway:
        if not self._by_scope:
            return UNLIMITED
        # Worked out once for all variants that no policy names, and for all such locations.
        scope = (
            variant_id if variant_id in self._variants else None,
            location_id if location_id in self._locations else None,
            channel_id,
        )
        found = self._worked_out.get(scope)
        if found is None:
            found = self._worked_out[scope] = self._work_out(*scope)
        return found

    def _work_out(
        self, variant_id: VariantId | None, location_id: LocationId | None, channel_id: UUID | None
    ) -> Leeway:
        fitting = [
            found
            for variant in dict.fromkeys((variant_id, None))
            for location in dict.fromkeys((location_id, None))
            for channel in dict.fromkeys((channel_id, None))
            if (found := self._by_scope.get((variant, location, channel)))
        ]

        def first(part: str) -> object:
            return next((said for one in fitting if (said := getattr(one, part)) is not None), None)

        return Leeway(
            safety=first("safety") or 0,  # type: ignore[arg-type]  # each part has the type of its field
            share_percent=100 if (share := first("share_percent")) is None else share,  # type: ignore[arg-type]
            excluded=bool(first("excluded")),
            low_under=first("low_under"),  # type: ignore[arg-type]
            confidence_percent=first("confidence_percent"),  # type: ignore[arg-type]
        )


def promisable(free: int, leeway: Leeway) -> int:
    """Of what is free, as much as a channel may promise: what its share and the safety stock leave."""
    if leeway.excluded:
        return 0
    return max(0, min(free - leeway.safety, free * leeway.share_percent // 100))
