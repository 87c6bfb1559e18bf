"""Who is in a programme: joining, tiers, friends, birthdays."""

import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from portico.business.types import MarketId
from portico.customers.types import CustomerId
from portico.loyalty import points, settling
from portico.loyalty.events import BirthdaySet, MemberJoined, TierChanged
from portico.loyalty.programmes import counting, running
from portico.loyalty.rules import codes
from portico.loyalty.rules import earning as rules
from portico.loyalty.store import programmes as store
from portico.loyalty.types import (
    BadBirthday,
    BadReferral,
    Earns,
    Member,
    NoProgramme,
    ProgrammeId,
    Running,
    TierBy,
    TierProgress,
)
from portico.platform.db import Tx
from portico.platform.events import Hand

REFERRAL_LENGTH = 8
AT_ONCE = 200
LEAP_YEAR = 2000


async def members(tx: Tx, *, customer_ids: Sequence[CustomerId]) -> list[Member]:
    """Where these are members, whoever joined first being first."""
    return await tx.all(store.MEMBERS, customer_ids=sorted(set(customer_ids)))


async def member(tx: Tx, *, programme_id: ProgrammeId, customer_ids: Sequence[CustomerId]) -> Member | None:
    """The membership of one person who may have several records: the oldest."""
    found = await members(tx, customer_ids=customer_ids)
    return next((one for one in found if one.programme_id == programme_id), None)


async def join(tx: Tx, *, run: Running, customer_ids: Sequence[CustomerId], by: Hand) -> None:
    """Have these be members; who is one already stays it. A new one is welcomed with what the terms give for it."""
    ids = sorted(set(customer_ids))
    first = run.terms.tiers[0].code if run.terms.tiers else ""
    new = await tx.all(
        store.JOIN, programme_id=run.id, customer_ids=ids, tier=first, referral_codes=[_code() for _ in ids], now=tx.now
    )
    if not new:
        return
    tx.emit(MemberJoined(subject=id, by=by, occurred_at=tx.now, customer_id=id, programme=run.code) for id in new)
    await settling.give_occasions(
        tx, run=run, earns=Earns.SIGN_UP, references={id: f"sign_up:{run.id}:{id}" for id in new}, by=by
    )


def _code() -> str:
    return "".join(secrets.choice(codes.LETTERS) for _ in range(REFERRAL_LENGTH))


async def enrol(tx: Tx, *, market_id: MarketId, customer_id: CustomerId, by: Hand) -> Member:
    """She wants to be in. Refuses NoProgramme."""
    run = (await running(tx, market_ids=[market_id])).get(market_id)
    if run is None:
        raise NoProgramme()
    await join(tx, run=run, customer_ids=[customer_id], by=by)
    found = await member(tx, programme_id=run.id, customer_ids=[customer_id])
    if found is None:
        raise RuntimeError(f"{customer_id} has joined and is no member")
    return found


async def refer(tx: Tx, *, market_id: MarketId, customer_id: CustomerId, code: str, by: Hand) -> Member:
    """She comes by a friend's code, before she has bought anything. Refuses NoProgramme, BadReferral."""
    mine = await enrol(tx, market_id=market_id, customer_id=customer_id, by=by)
    await points.lock(tx, customer_ids=[customer_id])
    friend = await tx.maybe(store.BY_REFERRAL, code=codes.plain(code))
    if friend is None or friend.programme_id != mine.programme_id or friend.customer_id == customer_id:
        raise BadReferral()
    done = await tx.run(
        store.REFER, programme_id=mine.programme_id, customer_id=customer_id, referred_by=friend.customer_id
    )
    if not done:
        raise BadReferral()
    return await enrol(tx, market_id=market_id, customer_id=customer_id, by=by)


async def referred_enough(tx: Tx, *, run: Running, customer_id: CustomerId) -> bool:
    """Whether somebody has been thanked for as many friends as the terms allow."""
    of_friends = [one.code for one in run.terms.earn if one.earns is Earns.REFERRER]
    found = await tx.one(
        store.REFERRED, customer_id=customer_id, programme_id=run.id, rules=of_friends,
        since=tx.now - timedelta(days=run.terms.tier_days),
    )  # fmt: skip
    return found >= run.terms.referrals_max * len(of_friends)


async def set_birthday(tx: Tx, *, customer_id: CustomerId, month: int, day: int, anew: bool) -> None:
    """Told once; `anew` is for staff, who may mend it. Refuses BadBirthday."""
    try:
        date(LEAP_YEAR, month, day)
    except (ValueError, OverflowError):
        raise BadBirthday() from None
    if not await tx.run(store.SET_BIRTHDAY, customer_id=customer_id, month=month, day=day, anew=anew):
        raise BadBirthday()
    tx.emit([BirthdaySet(subject=customer_id, by=points.SYSTEM, occurred_at=tx.now, customer_id=customer_id)])


async def sweep_birthdays(tx: Tx) -> bool:
    """Points for who was born on this day, once a year; whether there may be more."""
    today = tx.now.date()
    days = [today.day]
    if (today.month, today.day) == (2, 28) and (today + timedelta(days=1)).month == 3:
        days.append(29)
    runs = await _with_birthdays(tx)
    if not runs:
        return False
    found = await tx.all(
        store.BIRTHDAYS, programme_ids=list(runs), month=today.month, days=days, rows_max=AT_ONCE,
        rules=sorted({each.code for one in runs.values() for each in one.terms.earn if each.earns is Earns.BIRTHDAY}),
        year_began=datetime(today.year, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    for id, run in runs.items():
        mine = [one.customer_id for one in found if one.programme_id == id]
        references = {one: f"birthday:{id}:{one}:{today.year}" for one in mine}
        await settling.give_occasions(tx, run=run, earns=Earns.BIRTHDAY, references=references, by=points.SYSTEM)
    return len(found) >= AT_ONCE


async def _with_birthdays(tx: Tx) -> dict[ProgrammeId, Running]:
    live = set(await tx.all(store.LIVE))
    return {
        id: one
        for id, one in (await counting(tx)).items()
        if id in live and any(each.earns is Earns.BIRTHDAY for each in one.terms.earn)
    }


async def stand(tx: Tx, *, run: Running, customer_ids: Sequence[CustomerId], by: Hand) -> None:
    """Have members be in the tier that their last days have earned them. Their points accounts are locked."""
    ids = sorted(set(customer_ids))
    if not ids or not run.terms.tiers:
        return
    counted = await _count(tx, run, ids)
    changed = []
    for one in await members(tx, customer_ids=ids):
        if one.programme_id != run.id:
            continue
        tier, until = rules.next_tier(
            run.terms, tier=one.tier, until=one.tier_until, counted=counted[one.customer_id], now=tx.now
        )
        if (tier, until) != (one.tier, one.tier_until):
            changed.append((one, tier, until))
    if not changed:
        return
    await tx.run(
        store.SET_TIERS,
        programme_id=run.id,
        customer_ids=[one.customer_id for one, _, _ in changed],
        tiers=[tier for _, tier, _ in changed],
        tier_untils=[until for _, _, until in changed],
    )
    tx.emit(
        TierChanged(
            subject=one.customer_id, by=by, occurred_at=tx.now, customer_id=one.customer_id, programme=run.code,
            before=one.tier, tier=tier,
        )
        for one, tier, _ in changed
        if tier != one.tier
    )  # fmt: skip


async def _count(tx: Tx, run: Running, ids: Sequence[CustomerId]) -> dict[CustomerId, int]:
    since = tx.now - timedelta(days=run.terms.tier_days)
    found = await tx.all(store.COUNTED, programme_id=run.id, customer_ids=list(ids), since=since)
    by_points = run.terms.tier_by is TierBy.POINTS
    return {one.customer_id: one.points if by_points else one.spend for one in found}


async def progress(
    tx: Tx, *, run: Running, of: Member, customer_ids: Sequence[CustomerId], language: str
) -> TierProgress:
    """Where one person stands, what all her records have brought counted together."""
    counted = await _count(tx, run, customer_ids)
    return rules.progress(
        run.terms, tier=of.tier, until=of.tier_until, counted=sum(counted.values()), language=language
    )


async def sweep_tiers(tx: Tx) -> bool:
    """Look again at tiers whose time is over; whether there may be more."""
    found = await tx.all(store.TIERS_OVER, now=tx.now, rows_max=AT_ONCE)
    if not found:
        return False
    await points.lock(tx, customer_ids=[one.customer_id for one in found])
    for id, run in (await counting(tx)).items():
        mine = [one.customer_id for one in found if one.programme_id == id]
        await stand(tx, run=run, customer_ids=mine, by=points.SYSTEM)
    return len(found) >= AT_ONCE
