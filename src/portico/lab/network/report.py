"""What a simulated network comes to, policy by policy, in the same world."""

import msgspec

from portico.lab.network.world import Plan, Tally, run

FIXED = (0, 1, 2, 3)
BINS = 5


class Line(msgspec.Struct, frozen=True):
    """One way to keep units back, and what came of it."""

    policy: str
    sold: int
    oversold: int
    promised: int
    accuracy: float
    canceled: int
    turned_away: int
    brier: float


class Bin(msgspec.Struct, frozen=True):
    """Of the forecasts between two probabilities: how many, what they said on average, and how often it came true."""

    said: float
    came: float
    forecasts: int


class Report(msgspec.Struct, frozen=True):
    seed: int
    stores: int
    days: int
    outages: int
    lost_messages: int
    repeated_messages: int
    lines: list[Line]
    calibration: list[Bin]


def simulate(plan: Plan, *, control: bool = True) -> Report:
    """The dynamic buffer beside fixed ones, and (`control`) tills that sell without leases: they oversell."""
    dynamic = run(plan)
    lines = [_line(f"dynamic, {plan.target:.0%} sure", dynamic)]
    open_ended = run(msgspec.structs.replace(plan, buffer=0))
    lines += [
        _line(f"fixed buffer of {units}", run(msgspec.structs.replace(plan, buffer=units)) if units else open_ended)
        for units in FIXED
    ]
    if control:
        lines.append(_line("control: no leases", run(msgspec.structs.replace(plan, leases=False))))
    return Report(
        plan.seed, plan.stores, plan.days, dynamic.outages, dynamic.lost_messages, dynamic.repeated_messages, lines,
        # Of all promises that could be made, not only of those that were safe.
        calibration(open_ended),
    )  # fmt: skip


def _line(policy: str, tally: Tally) -> Line:
    return Line(
        policy, tally.sold + tally.kept, tally.oversold, tally.promised, round(tally.accuracy, 4), tally.canceled,
        tally.turned_away, round(tally.brier, 5),
    )  # fmt: skip


def calibration(tally: Tally) -> list[Bin]:
    """Forecasts by what they said, in as many parts of the same size as there is sense in."""
    ordered = sorted(tally.forecasts)
    size = max(1, -(-len(ordered) // BINS))
    parts = [ordered[i : i + size] for i in range(0, len(ordered), size)]
    return [
        Bin(
            round(sum(sure for sure, _ in part) / len(part), 4), round(sum(came for _, came in part) / len(part), 4), len(part)
        )
        for part in parts
    ]  # fmt: skip
