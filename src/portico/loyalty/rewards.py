"""What points buy: a voucher that pays like a gift card, or a coupon of a promotion, for her alone and for one order."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from portico.business.types import MarketId
from portico.customers.types import CustomerId
from portico.ledger.types import Account, BelowMinimum
from portico.loyalty import cards, members, points
from portico.loyalty.events import RewardWasTaken
from portico.loyalty.programmes import running
from portico.loyalty.rules.rewards import reaches
from portico.loyalty.store import programmes as store
from portico.loyalty.types import (
    POINTS,
    Burn,
    CardKind,
    Issued,
    NewCard,
    NoProgramme,
    NotEnoughPoints,
    PromotionOver,
    Reward,
    RewardKind,
    RewardOfTier,
    RewardTaken,
    RewardTakenId,
    UnknownReward,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound
from portico.pricing import api as pricing
from portico.pricing.types.coupons import NewBatch
from portico.pricing.types.promotions import State

TAKEN_MAX = 100
REWARDS = Account(f"rewards:points:{POINTS}", "rewards", POINTS)


async def take_reward(
    tx: Tx, *, customer_ids: Sequence[CustomerId], market_id: MarketId, reward: str, by: Hand
) -> tuple[RewardTaken, Issued | None]:
    """Points of one person become a reward, which is the first of these customers'. A voucher pays by its id; its code is
    for whoever hands it over on paper. A coupon has its code with the reward.

    Locks points accounts. Refuses NoProgramme, UnknownReward, RewardOfTier, NotEnoughPoints; PromotionOver where its promotion does
    not run (any more).
    """
    run = (await running(tx, market_ids=[market_id])).get(market_id)
    if run is None:
        raise NoProgramme()
    found, who = run.terms.reward(reward), customer_ids[0]
    if found is None:
        raise UnknownReward(reward=reward[:50])
    mine = await members.member(tx, programme_id=run.id, customer_ids=customer_ids)
    if not reaches(run.terms, mine.tier if mine else "", found.tier):
        raise RewardOfTier(tier=found.tier)
    id = RewardTakenId.new()
    burn = Burn(
        reference=id, about=str(id), customer_ids=customer_ids, points=found.points, programme_id=run.id,
        target=REWARDS, reason="reward", actor=by.actor, occurred_at=tx.now,
    )  # fmt: skip
    try:
        await points.burn(tx, burns=[burn])
    except BelowMinimum as short:
        raise NotEnoughPoints(points=short.balance, wanted=found.points) from None
    ends = tx.now + timedelta(days=found.valid_days) if found.valid_days else None
    issued: Issued | None = None
    if found.kind is RewardKind.AMOUNT:
        new = NewCard(
            amount=found.amount, currency=found.currency, customer_id=who, expires_at=ends, kind=CardKind.VOUCHER
        )
        (issued,) = await cards.issue(tx, cards=[new], by=by)
    coupon = await _coupon(tx, market_id, found, who, ends, by) if found.promotion else None
    await tx.run(
        store.TAKE_REWARD, id=id, programme_id=run.id, customer_id=who, reward=found.code, points=found.points,
        card_id=issued.card.id if issued else None, promotion=found.promotion or None, coupon_code=coupon, now=tx.now,
        expires_at=ends,
    )  # fmt: skip
    tx.emit(
        [
            RewardWasTaken(
                subject=id, by=by, occurred_at=tx.now, customer_id=who, reward=found.code, points=found.points,
                promotion=found.promotion,
            )
        ]
    )  # fmt: skip
    taken = RewardTaken(
        id, run.id, who, found.code, found.points, issued.card.id if issued else None, found.promotion or None, coupon,
        tx.now, ends, None,
    )  # fmt: skip
    return taken, issued


async def _coupon(tx: Tx, market_id: MarketId, reward: Reward, who: CustomerId, ends: datetime | None, by: Hand) -> str:
    """One of the reward's promotion, good once."""
    promotion = (await pricing.promotions.by_code(tx, market_id=market_id, codes=[reward.promotion])).get(
        reward.promotion
    )
    if promotion is None or promotion.state is not State.LIVE:
        raise PromotionOver(promotion=reward.promotion)
    new = NewBatch(promotion_id=promotion.id, customer_id=who, ends_before=ends)
    batch = await pricing.coupons.make(tx, new=new, by=by)
    (coupon,) = (await pricing.coupons.codes(tx, batch_id=batch.id)).items
    return coupon.code


async def rewards_of(tx: Tx, *, customer_ids: Sequence[CustomerId]) -> list[RewardTaken]:
    """The rewards one person has taken, newest first."""
    return await tx.all(store.TAKEN, customer_ids=list(customer_ids), rows_max=TAKEN_MAX)


async def return_reward(tx: Tx, *, id: RewardTakenId, by: Hand) -> RewardTaken:
    """Take a voucher back that nobody has paid with: its points go into the lots they came from. Locks her points; of two who come
    together, the second finds nothing on it.

    Refuses NotFound, where it is a coupon's or was returned before, NotEnoughPoints where some of it is spent.
    """
    found = await tx.maybe(store.TAKEN_BY_ID, ids=[id])
    if found is None or found.returned_at or found.card_id is None:
        raise NotFound(what="reward", id=str(id))
    (card,) = await cards.cards_by_id(tx, ids=[found.card_id])
    await points.lock(tx, customer_ids=[found.customer_id])
    left = await cards.take_out(tx, ids=[card.id], by=by)
    if left != card.issued_amount:
        raise NotEnoughPoints(points=left, wanted=card.issued_amount)
    await tx.run(store.RETURN_REWARD, id=id, now=tx.now)
    await points.give_back(
        tx,
        reference=id,
        about=str(id),
        points=found.points,
        source=REWARDS,
        customer_id=found.customer_id,
        reason="reward_returned",
        by=by,
    )
    return found
