"""From where orders are sent: decided by a merchant's rules, held, explained, decided again."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

import msgspec

from portico.business.api import Directory
from portico.business.types import LocationId, MarketId
from portico.fulfillment.api.deciding import Decided, Group, add_units, assignments, decide_all, field_of
from portico.fulfillment.events import OrderResourced, OrderSourced
from portico.fulfillment.rules import dates, sourcing
from portico.fulfillment.rules.field import Table
from portico.fulfillment.store import sourcing as store
from portico.fulfillment.types import (
    Assignment,
    Candidate,
    Decision,
    DecisionId,
    Explained,
    Inputs,
    Network,
    NoSource,
    Otherwise,
    Outcome,
    Problem,
    Replay,
    Rules,
    RuleSet,
    RuleSetId,
    Shipment,
    Solution,
    SourceAsk,
    Sourced,
    SourceLine,
    Tally,
)
from portico.inventory import api as inventory
from portico.inventory.types import Granted, HeldLine, Want, WantLine
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id, any_id, encode_hook
from portico.platform.refusals import NotFound, Refused
from portico.pricing.types import LineItemId

DEFAULT = RuleSet(None, None, 0, Rules(), "", None)
TRIES = 3
CANDIDATES_KEPT = 250  # of a decision, the best by what they score whatever is in the parcel
REPLAY_AT_ONCE = 200


async def rules_of(tx: Tx, *, market_ids: Sequence[MarketId]) -> dict[MarketId, RuleSet]:
    """The rules in force in some markets: their own, or those of all, or what a retailer starts with."""
    own = {one.market_id: one for one in await tx.all(store.ACTIVE, market_ids=list(market_ids))}
    return {one: own.get(one) or own.get(None) or DEFAULT for one in market_ids}


async def put_rules(tx: Tx, *, market_id: MarketId | None, rules: Rules, by: Hand) -> RuleSet:
    """Put rules in force, as a new version. Refuses BadRules."""
    sourcing.check_rules(rules)
    await tx.run(store.LOCK_RULES)
    await tx.run(store.RETIRE, market_id=market_id)
    return await tx.one(
        store.ADD_RULES, id=RuleSetId.new(), market_id=market_id, body=_json(rules), by=by.actor, now=tx.now
    )


async def versions(tx: Tx, *, market_id: MarketId | None, rows_max: int = 50) -> list[RuleSet]:
    """The rules of a market (None: of all) as they were, the newest first."""
    return await tx.all(store.VERSIONS, market_id=market_id, rows_max=min(rows_max, 200))


async def source(
    tx: Tx, *, asks: Sequence[SourceAsk], directory: Directory, network: Network
) -> list[Sourced | Refused]:
    """Decide from where each ask is sent, in order of arrival, and hold its units there; all of it or none of it.

    Stock is read without a lock, decided upon, and then held under the locks of `inventory.allocate`; whoever finds that
    somebody was faster decides again with what is left, a few times. Answers may refuse: BadAsk, NoSource.
    """
    answers: list[Sourced | Refused | None] = [sourcing.check_ask(ask) for ask in asks]
    rules = await rules_of(tx, market_ids=sorted({ask.market_id for ask in asks}))
    waiting = [i for i, one in enumerate(answers) if one is None]
    for _ in range(TRIES):
        if not waiting:
            break
        decided = await decide(tx, [asks[i] for i in waiting], rules, directory, network)
        held = await _hold(tx, [one for one in decided if one.solution])
        again = []
        for i, one in zip(waiting, decided, strict=True):
            if one.solution is None:
                answers[i] = _no_source(one)
            elif one.ask.holder.bytes in held:
                answers[i] = as_sourced(one)
            else:
                again.append(i)
        await write_decisions(tx, [
            (one, answer) for i, one in zip(waiting, decided, strict=True) if isinstance(answer := answers[i], Sourced)
        ])  # fmt: skip
        waiting = again
    return [one if one is not None else NoSource(short=(), left_out={}) for one in answers]


async def decide(
    tx: Tx, asks: Sequence[SourceAsk], rules: Mapping[MarketId, RuleSet], directory: Directory, network: Network
) -> list[Decided]:
    """Read what there is, and decide upon it beside the loop: a search may take as long as the rules allow."""
    loads = await loads_today(tx)
    tables: dict[Group, Table] = {}
    for market_id, channel_id in {(ask.market_id, ask.channel_id) for ask in asks}:
        own = [ask for ask in asks if (ask.market_id, ask.channel_id) == (market_id, channel_id)]
        wanted = sorted({line.variant_id for ask in own for line in ask.lines})
        rows = await inventory.free(tx, variant_ids=wanted, channel_id=channel_id)
        tables[market_id, channel_id] = field_of(directory, network, market_id).table(rows)
    for ask in asks:
        field, table = field_of(directory, network, ask.market_id), tables[ask.market_id, ask.channel_id]
        kept = {each.id for each in ask.keeps}
        for hold in await inventory.held(tx, holder=ask.replaces) if ask.replaces else ():
            if hold.id in kept:
                continue
            add_units(field, table, hold.variant_id, hold.location_id, hold.quantity)  # it is given up for this
    return await asyncio.to_thread(
        decide_all, asks, rules, directory=directory, network=network, tables=tables, loads=loads
    )


async def loads_today(tx: Tx) -> dict[LocationId, int]:
    """How many orders each place was given to send today."""
    return {one.location_id: one.orders for one in await tx.all(store.LOADS, day=tx.now.date())}


async def _hold(tx: Tx, decided: Sequence[Decided]) -> set[bytes]:
    """Hold what was decided; the holders that have theirs."""
    if not decided:
        return set()
    parts = await inventory.parts_of(
        tx, variant_ids=sorted({line.variant_id for one in decided for line in one.lines})
    )  # fmt: skip
    wants = [
        Want(
            holder=one.ask.holder,
            lines=tuple(
                WantLine(each.line_id, part.variant_id, each.location_id, part.quantity, take=False)
                for each in assignments(one)
                for part in inventory.on_shelf(each.variant_id, each.quantity, parts)
            )
            + tuple(
                WantLine(LineItemId.of(each.line_id), each.variant_id, each.location_id, each.quantity, take=False)
                for each in one.ask.keeps
            ),
            by=one.ask.by,
            occurred_at=one.ask.occurred_at,
            expires_at=one.ask.expires_at,
            replaces=one.ask.replaces,
        )
        for one in decided
    ]
    answers = await inventory.allocate(tx, wants=wants)
    return {want.holder.bytes for want, answer in zip(wants, answers, strict=True) if isinstance(answer, Granted)}


def _no_source(one: Decided) -> NoSource:
    most = one.weighed.free.sum(axis=0).tolist() if len(one.weighed) else [0] * len(one.lines)
    short = tuple(line.variant_id for line, units in zip(one.lines, most, strict=True) if units < line.quantity)
    return NoSource(short=short, left_out=dict(Counter(each.why.value for each in one.weighed.left_out())))


def as_sourced(one: Decided) -> Sourced:
    assert one.solution is not None
    by_place: defaultdict[LocationId, list[Assignment]] = defaultdict(list)
    for each in assignments(one):
        by_place[each.location_id].append(each)
    shipments = []
    for parcel in one.solution.parcels:
        place = one.weighed.candidate(parcel.candidate)
        latest = dates.delivered(place.arrives_on, one.weighed.place(parcel.candidate).time_zone)[1]
        shipments.append(
            Shipment(
                place.location_id, place.service, place.cost, place.days, place.arrives_on, latest, place.distance_m,
                tuple(by_place[place.location_id]),
            )
        )  # fmt: skip
    return Sourced(DecisionId.new(), one.ask.holder, tuple(shipments), one.solution.score, one.solution.gap)


def _json(value: object) -> str:
    return msgspec.json.encode(value, enc_hook=encode_hook).decode()


async def write_decisions(
    tx: Tx, done: Sequence[tuple[Decided, Sourced]], *, rejected_by: LocationId | None = None, reason: str = ""
) -> None:
    if not done:
        return
    kept = [_kept(one) for one, _ in done]
    await tx.run(
        store.ADD_DECISIONS,
        ids=[answer.decision_id for _, answer in done],
        holders=[str(one.ask.holder) for one, _ in done],
        market_ids=[one.ask.market_id for one, _ in done],
        versions=[one.rules.version for one, _ in done],
        inputs=[_json(inputs) for inputs, _ in kept],
        outcomes=[_json(outcome) for _, outcome in kept],
        rejected_bys=[rejected_by for _ in done],
        reasons=[reason for _ in done],
        actors=[one.ask.by.actor for one, _ in done],
        now=tx.now,
    )
    orders = Counter(each.location_id for _, answer in done for each in answer.shipments)
    places = sorted(orders)
    await tx.run(store.ADD_LOADS, day=tx.now.date(), location_ids=places, orders=[orders[place] for place in places])
    tx.emit(
        OrderSourced(
            subject=one.ask.holder, by=one.ask.by, occurred_at=one.ask.occurred_at, decision_id=answer.decision_id,
            location_ids=tuple(each.location_id for each in answer.shipments),
        )
        for one, answer in done
    )  # fmt: skip


def _kept(one: Decided) -> tuple[Inputs, Outcome]:
    """What is written down: of very many candidates the best, and those that were chosen."""
    assert one.solution is not None
    chosen = {each.candidate for each in one.solution.parcels}
    indexes = sorted(chosen | set(range(min(CANDIDATES_KEPT, len(one.weighed)))))
    renumbered = {old: new for new, old in enumerate(indexes)}
    parcels = tuple(
        msgspec.structs.replace(each, candidate=renumbered[each.candidate]) for each in one.solution.parcels
    )
    inputs = Inputs(
        lines=one.lines,
        destination=one.ask.destination,
        candidates=tuple(one.weighed.candidate(i) for i in indexes),
        left_out=tuple(one.weighed.left_out()),
        rules=one.rules.body,
        channel_id=one.ask.channel_id,
    )
    return inputs, Outcome(solution=msgspec.structs.replace(one.solution, parcels=parcels))


async def source_again(
    tx: Tx,
    *,
    decision_id: DecisionId,
    rejected_by: LocationId,
    reason: str,
    lines: Sequence[SourceLine],
    by: Hand,
    directory: Directory,
    network: Network,
    stays: Sequence[HeldLine] = (),
) -> Sourced:
    """A place cannot send its part, or a count has shown that it is not there: decide again without it.

    What the holder holds is given up for what is decided now; if nothing can be, all stays as it was. `lines` are all
    those still to be sent; what else the holder holds stays where it is, and of these lines what `stays` says. Locks the decision, then stock. Refuses
    NotFound (one that was decided again already too), NoSource, BadAsk.
    """
    before = await tx.maybe(store.LOCK_DECISION, id=decision_id)
    holder = any_id(before.holder) if before else None
    if before is None or holder is None or before.superseded_by is not None:
        raise NotFound(what="decision", id=str(decision_id))
    sent = {one.line_id.bytes for one in lines}
    keeps = tuple(one for one in await inventory.held(tx, holder=holder) if one.line_id.bytes not in sent)
    keeps += tuple(stays)
    rejected = {one.rejected_by for one in await tx.all(store.OF_HOLDERS, holders=[before.holder]) if one.rejected_by}
    ask = SourceAsk(
        holder=holder, lines=tuple(lines), destination=before.inputs.destination, market_id=before.market_id,
        channel_id=before.inputs.channel_id, by=by, occurred_at=tx.now,
        excluded=tuple(sorted(rejected | {rejected_by})), replaces=holder, keeps=keeps,
    )  # fmt: skip
    if refused := sourcing.check_ask(ask):
        raise refused
    rules = await rules_of(tx, market_ids=[ask.market_id])
    for _ in range(TRIES):
        (decided,) = await decide(tx, [ask], rules, directory, network)
        if decided.solution is None:
            raise _no_source(decided)
        if await _hold(tx, [decided]):
            answer = as_sourced(decided)
            await write_decisions(tx, [(decided, answer)], rejected_by=rejected_by, reason=reason[:500])
            await tx.run(store.SUPERSEDE, id=decision_id, by=answer.decision_id)
            tx.emit(
                [
                    OrderResourced(
                        subject=holder, by=by, occurred_at=tx.now, decision_id=answer.decision_id,
                        superseded_id=decision_id, rejected_by=rejected_by, reason=reason,
                    )
                ]
            )  # fmt: skip
            return answer
    raise NoSource(short=(), left_out={})


async def decisions(tx: Tx, *, holders: Sequence[Id]) -> list[Decision]:
    """All that was decided for some holders, the first first."""
    return await tx.all(store.OF_HOLDERS, holders=[str(one) for one in holders])


async def keep(tx: Tx, *, decided: Decided, holder: Id) -> None:
    """Keep what was decided for a holder; it takes the place of whatever was before."""
    own = msgspec.structs.replace(decided, ask=msgspec.structs.replace(decided.ask, holder=holder))
    answer = as_sourced(own)
    await write_decisions(tx, [(own, answer)])
    await tx.run(store.SUPERSEDE_ALL, by=answer.decision_id, holder=str(holder))


async def agreed(tx: Tx, *, holder: Id, before: Id) -> None:
    """What was decided for a checkout is its order's from now on."""
    await tx.run(store.RENAME, holder=str(holder), before=str(before))


async def explain(tx: Tx, *, holder: Id) -> list[Explained]:
    """Why each decision was made, and what each other place scored. Refuses NotFound."""
    found = await decisions(tx, holders=[holder])
    if not found:
        raise NotFound(what="decision", id=str(holder))
    return [
        Explained(one, tuple(sourcing.scored(_problem(one), one.inputs.rules, one.outcome.solution))) for one in found
    ]


def _problem(one: Decision) -> Problem:
    return Problem(
        quantities=tuple(each.quantity for each in one.inputs.lines), candidates=one.inputs.candidates
    )  # fmt: skip


async def since(tx: Tx, *, moment: datetime, market_id: MarketId | None = None) -> AsyncIterator[list[Decision]]:
    """Every decision about an order since then that still stands, a stretch at a time."""
    after: DecisionId | None = None
    while found := await tx.all(
        store.SINCE, since=moment, market_id=market_id, after=after, rows_max=REPLAY_AT_ONCE
    ):  # fmt: skip
        yield found
        after = found[-1].id


async def latest(tx: Tx, *, market_id: MarketId, since: datetime | None = None, rows_max: int = 100) -> list[Decision]:
    """The newest decisions about orders of a market that still stand, none from before `since`."""
    return await tx.all(store.LATEST, market_id=market_id, since=since, rows_max=min(rows_max, 1_000))


def replay(found: Sequence[Decision], *, rules: Rules | None = None, examples_max: int = 0) -> Replay:
    """What other rules (None: their own) would have made of past decisions, upon the very stock they were made upon.

    Places that the rules of then left out for want of stock, carrier or ability are not there to be chosen now. Of those
    that come out otherwise, the first `examples_max` are told one by one.
    """
    before, after, changed = _NOTHING, _NOTHING, 0
    examples: list[Otherwise] = []
    for one in found:
        body = rules or one.inputs.rules
        problem = _problem(one)
        allowed = tuple(each for each in problem.candidates if _allowed(each, body))
        fresh = sourcing.solve(Problem(quantities=problem.quantities, candidates=allowed), body)
        was = _places(one.outcome.solution, problem.candidates)
        now = _places(fresh, allowed)
        before, after = _plus(before, was), _plus(after, now)
        if {each.location_id for each in was} != {each.location_id for each in now}:
            changed += 1
            if len(examples) < examples_max:
                examples.append(
                    Otherwise(
                        one.holder, tuple(each.location_id for each in was), tuple(each.location_id for each in now),
                        sum(each.cost for each in was), sum(each.cost for each in now),
                    )
                )  # fmt: skip
    return Replay(before, after, changed, tuple(examples))


_NOTHING = Tally(0, 0, 0, 0, 0, 0, 0)


def _allowed(one: Candidate, rules: Rules) -> bool:
    if one.location_id in rules.excluded or one.load >= rules.load_max:
        return False
    return rules.distance_m_max is None or one.distance_m <= rules.distance_m_max


def _places(solution: Solution | None, known: Sequence[Candidate]) -> list[Candidate]:
    return [known[each.candidate] for each in solution.parcels] if solution else []


def _plus(tally: Tally, places: Sequence[Candidate]) -> Tally:
    """`days` sums up how long the last parcel of each order took."""
    return Tally(
        tally.decisions + 1,
        tally.sourced + bool(places),
        tally.parcels + len(places),
        tally.cost + sum(one.cost for one in places),
        tally.days + max((one.days for one in places), default=0),
        tally.distance_m + sum(one.distance_m for one in places),
        tally.split + (len(places) > 1),
    )


def add(a: Replay, b: Replay) -> Replay:
    """Two replays of different decisions as one."""

    def plus(x: Tally, y: Tally) -> Tally:
        return Tally(*(i + j for i, j in zip(msgspec.structs.astuple(x), msgspec.structs.astuple(y), strict=True)))

    return Replay(plus(a.before, b.before), plus(a.after, b.after), a.changed + b.changed, a.examples + b.examples)


NONE = Replay(_NOTHING, _NOTHING, 0)
