"""How a wave is walked: shelf by shelf, each variant once, whatever order it is for."""

from collections.abc import Sequence

from portico.fulfillment.types import Progress, WalkPart, WalkStop, WorkLine, WorkWhole, Zone

UNDER_WAY = (Progress.OPEN, Progress.PICKING)


def walk(works: Sequence[WorkWhole], zones: Sequence[Zone]) -> list[WalkStop]:
    """Every line of the work that is still picked, gathered by zone and variant, in the order of the zones.

    The parts of a stop stand in the order of `works`: what is due first is picked for first.
    """
    names = {one.code: one.name for one in zones}
    parts: dict[tuple[int, str, str, str], list[WalkPart]] = {}
    firsts: dict[tuple[int, str, str, str], WorkLine] = {}
    for one in works:
        for line in one.lines:
            key = (line.zone_position, line.zone, line.sku, str(line.variant_id))
            firsts.setdefault(key, line)
            parts.setdefault(key, []).append(
                WalkPart(
                    one.work.id, one.work.order_label, one.work.state, line.line_id, line.asked, line.picked, line.short,
                    line.to_pick if one.work.state in UNDER_WAY else 0,
                )
            )  # fmt: skip
    return [
        WalkStop(
            zone=first.zone, zone_name=names.get(first.zone, first.zone), variant_id=first.variant_id, sku=first.sku,
            title=first.title, unit=first.unit, scale=first.scale, tracked=first.tracked, parts=tuple(parts[key]),
        )
        for key, first in sorted(firsts.items())
    ]  # fmt: skip
