"""Her wallet: points and what they are worth, tier, rewards, cards, credit; and the code that says who she is and pays at a till."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from markupsafe import Markup

from portico.channels.shop import forms
from portico.channels.shop.basket import qr
from portico.channels.shop.page import page, see, sentence
from portico.channels.shop.visit import Visit, visit
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.loyalty import api, guarding
from portico.loyalty.ports import PassMakers
from portico.loyalty.types import CardKind, GiftCard, Membership, Movement, OfferedReward, RewardTaken, Wallet
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.platform.refusals import Refused

SIGN_IN = "/sign-in?next=/wallet"
MOVEMENTS_SHOWN = 10
CODE_LENGTH_MAX = 100


class RewardRow(msgspec.Struct, frozen=True):
    code: str
    name: str
    cost: str
    affordable: bool
    why_not: str


class CardRow(msgspec.Struct, frozen=True):
    name: str
    balance: str
    until: str


class CouponRow(msgspec.Struct, frozen=True):
    name: str
    code: str
    until: str


class MovementRow(msgspec.Struct, frozen=True):
    points: str
    why: str
    when: str
    good: bool


class WalletView(msgspec.Struct, frozen=True, kw_only=True):
    """`programme` is empty where none runs; `done` is what she has just brought about."""

    programme: str = ""
    points: str = ""
    worth: str = ""
    pending: str = ""
    owed: str = ""
    expiring: str = ""
    tier: str = ""
    benefits: tuple[str, ...] = ()
    missing: str = ""
    percent: int = 0
    member: bool = False
    rewards: tuple[RewardRow, ...] = ()
    movements: tuple[MovementRow, ...] = ()
    cards: tuple[CardRow, ...] = ()
    coupons: tuple[CouponRow, ...] = ()
    credit: str = ""
    number: str = ""
    friend_link: str = ""
    friend: str = ""
    birthday_told: bool = False
    passes: tuple[tuple[str, str], ...] = ()
    error: str = ""
    field: str = ""
    code: str = ""
    day: str = ""
    month: str = ""
    done: str = ""


class CodeView(msgspec.Struct, frozen=True):
    qr: Markup
    until: datetime
    number: str


@get("/wallet", include_in_schema=False)
async def show(door: Door) -> Response[Any]:
    """What she holds. Whom we do not know is asked to sign in."""
    here = await visit(door)
    friend = forms.clean(door.request.query_params.get("friend", ""))[:CODE_LENGTH_MAX]
    if not here.customer:
        return see(f"{SIGN_IN}%3Ffriend={friend}" if friend.isalnum() else SIGN_IN)
    return await _page(here, friend=friend, done=door.request.query_params.get("done", ""))


async def _page(
    here: Visit,
    *,
    friend: str = "",
    done: str = "",
    error: str = "",
    field: str = "",
    code: str = "",
    day: str = "",
    month: str = "",
    status: int = 200,
) -> Response[str]:
    who = _who(here)
    async with here.door.database.read() as tx:
        view = await _view(here, tx, who)
    known = ("card", "reward", "joined", "birthday")
    told = here.say(f"shop.wallet.done.{done}") if done in known else ""
    view = msgspec.structs.replace(
        view, friend=friend, done=told, error=error, field=field, code=code, day=day, month=month
    )
    return await page(here, "wallet.html", title=here.say("shop.wallet.title"), status=status, noindex=True, view=view)


def _who(here: Visit) -> CustomerId:
    assert here.door.principal.id is not None
    return CustomerId(here.door.principal.id.bytes)


async def _view(here: Visit, tx: Tx, who: CustomerId) -> WalletView:
    currency, words = here.market.currency, here.words
    mine = await identity.own_records(tx, id=who)
    held = await api.wallet(tx, customer_ids=mine, currencies=[currency])
    membership = await api.membership(tx, customer_ids=mine, market_id=here.market.id, language=here.language)
    brief = (await customers.briefs(tx, ids=[who]))[who]
    told = await api.statement(tx, customer_ids=mine, language=here.language, rows_max=MOVEMENTS_SHOWN)
    taken = await api.rewards_of(tx, customer_ids=mine)
    view = WalletView(
        cards=tuple(_card(here, one) for one in held.cards if one.currency == currency),
        credit=words.money(held.credit[currency]) if held.credit.get(currency) else "",
        number=brief.loyalty_number or "",
        movements=tuple(_movement(here, one) for one in told.movements),
        coupons=tuple(_coupon(here, one, membership) for one in taken if one.coupon_code and _lasts(one, tx.now)),
        passes=_passes(here) if membership and brief.loyalty_number else (),
    )
    return _of_programme(here, view, membership, held) if membership else view


def _of_programme(here: Visit, view: WalletView, found: Membership, held: Wallet) -> WalletView:
    words, progress, mine = here.words, found.progress, found.member
    rate = found.points_per_minor
    whole = progress.counted + progress.missing if progress else 0
    return msgspec.structs.replace(
        view,
        programme=found.name,
        points=f"{found.points} {found.unit}",
        worth=words.money(found.points // rate) if rate and found.points >= rate else "",
        pending=here.say("shop.wallet.pending", points=found.pending, unit=found.unit) if found.pending else "",
        owed=here.say("shop.wallet.owed", points=held.owed, unit=found.unit) if held.owed else "",
        expiring=here.say(
            "shop.wallet.expiring", points=found.expiring, unit=found.unit, day=words.day(found.expires_at, here.zone)
        )
        if found.expires_at
        else "",
        tier=progress.name if progress else "",
        benefits=progress.benefits if progress else (),
        missing=here.say("shop.wallet.missing", missing=_counted(here, found), tier=progress.next_name)
        if progress and progress.missing
        else "",
        percent=progress.counted * 100 // whole if progress and whole else 100,
        member=mine is not None,
        rewards=tuple(_reward(here, one, found) for one in found.rewards),
        friend_link=f"{here.door.platform.public_url}/wallet?friend={mine.referral_code}" if mine else "",
        birthday_told=mine is not None and mine.birth_month is not None,
    )  # fmt: skip


def _counted(here: Visit, found: Membership) -> str:
    """How much is missing to the next tier, as the terms count it."""
    missing = found.progress.missing if found.progress else 0
    return here.words.money(missing) if found.tier_by_spend else f"{missing} {found.unit}"


def _reward(here: Visit, one: OfferedReward, found: Membership) -> RewardRow:
    short = one.points - found.points
    why = here.say("shop.wallet.short", points=short, unit=found.unit) if short > 0 else here.say("shop.wallet.tier")
    return RewardRow(one.code, one.name, f"{one.points} {found.unit}", one.affordable, "" if one.affordable else why)


def _card(here: Visit, one: GiftCard) -> CardRow:
    kind = "voucher" if one.kind is CardKind.VOUCHER else "card"
    until = here.words.day(one.expires_at, here.zone) if one.expires_at else ""
    return CardRow(
        here.say(f"shop.wallet.{kind}", last4=one.last4), here.words.money(one.balance),
        here.say("shop.wallet.until", day=until) if until else "",
    )  # fmt: skip


def _lasts(one: RewardTaken, at: datetime) -> bool:
    return one.expires_at is None or at < one.expires_at


def _coupon(here: Visit, one: RewardTaken, membership: Membership | None) -> CouponRow:
    names = {each.code: each.name for each in membership.rewards} if membership else {}
    until = here.words.day(one.expires_at, here.zone) if one.expires_at else ""
    return CouponRow(
        names.get(one.reward, one.reward),
        one.coupon_code or "",
        here.say("shop.wallet.until", day=until) if until else "",
    )


def _movement(here: Visit, one: Movement) -> MovementRow:
    why = f"{one.why} · {one.reference}" if one.cause in ("earned", "taken_back") and one.reference else one.why
    return MovementRow(f"{one.points:+d}", why, here.words.moment(one.at, here.zone), one.points > 0)


def _passes(here: Visit) -> tuple[tuple[str, str], ...]:
    """A button for each wallet that there are cards for."""
    paths = {"apple": f"/v1/wallet-passes/apple?market={here.market.code}", "google": "/wallet/google"}
    return tuple((paths[kind], here.say(f"shop.wallet.pass.{kind}")) for kind in here.door.shared(PassMakers).kinds)


@post("/wallet/cards", include_in_schema=False)
async def keep_card(door: Door) -> Response[Any]:
    """Put a gift card into her wallet: from now on it pays without its code."""
    here, fields = await visit(door), await forms.read(door)
    if not here.customer:
        return see(SIGN_IN)
    code = fields.get("code", "")[:CODE_LENGTH_MAX]
    try:
        await guarding.check(door.database, codes=[code], asker=door.principal, address=door.address)
        async with door.database.transaction() as tx:
            await api.keep_card(tx, code=code, customer_id=_who(here))
    except Refused as refused:
        error = sentence(refused, here.language)
        return await _page(here, error=error, field="code", code=code, status=refused.status)
    return see("/wallet?done=card")


@post("/wallet/rewards", include_in_schema=False)
async def take_reward(door: Door) -> Response[Any]:
    """Points become a reward: a voucher in the wallet, which pays without a code, or a coupon, which stands there with its code."""
    here, fields = await visit(door), await forms.read(door)
    if not here.customer:
        return see(SIGN_IN)
    try:
        async with door.database.transaction() as tx:
            mine = await identity.own_records(tx, id=_who(here))
            await api.take_reward(
                tx, customer_ids=mine, market_id=here.market.id, reward=fields.get("reward", ""), by=door.hand
            )
    except Refused as refused:
        return await _page(here, error=sentence(refused, here.language), field="reward", status=refused.status)
    return see("/wallet?done=reward")


@post("/wallet/join", include_in_schema=False)
async def join(door: Door) -> Response[Any]:
    """Be a member, by a friend's code where there is one."""
    here, fields = await visit(door), await forms.read(door)
    if not here.customer:
        return see(SIGN_IN)
    friend, who = fields.get("friend", "")[:CODE_LENGTH_MAX], _who(here)
    try:
        async with door.database.transaction() as tx:
            if friend:
                await api.refer(tx, market_id=here.market.id, customer_id=who, code=friend, by=door.hand)
            else:
                await api.enrol(tx, market_id=here.market.id, customer_id=who, by=door.hand)
    except Refused as refused:
        error = sentence(refused, here.language)
        return await _page(here, friend=friend, error=error, field="friend", status=refused.status)
    return see("/wallet?done=joined")


@post("/wallet/birthday", include_in_schema=False)
async def birthday(door: Door) -> Response[Any]:
    """Her day of the year, told once."""
    here, fields = await visit(door), await forms.read(door)
    if not here.customer:
        return see(SIGN_IN)
    typed = {name: fields.get(name, "")[:2] for name in ("day", "month")}
    day, month = (int(text) if text.isdecimal() else 0 for text in typed.values())
    try:
        async with door.database.transaction() as tx:
            await api.set_birthday(tx, customer_id=_who(here), month=month, day=day, anew=False)
    except Refused as refused:
        return await _page(
            here,
            error=sentence(refused, here.language),
            field="day",
            status=refused.status,
            day=typed["day"],
            month=typed["month"],
        )
    return see("/wallet?done=birthday")


@post("/wallet/code", include_in_schema=False)
async def show_code(door: Door) -> Response[Any]:
    """A code for the till, for a minute; the page draws the next one by itself."""
    here = await visit(door)
    if not here.customer:
        return see(SIGN_IN)
    async with door.database.transaction() as tx:
        code = await api.show_code(tx, customer_id=_who(here), secret=door.platform.secret)
    async with door.database.read() as tx:
        brief = (await customers.briefs(tx, ids=[_who(here)]))[_who(here)]
    view = CodeView(qr(code.token), code.expires_at, brief.loyalty_number or "")
    return await page(here, "wallet_code.html", title=here.say("shop.wallet.code.title"), noindex=True, view=view)


@get("/wallet/code", include_in_schema=False)
async def no_code() -> Response[Any]:
    """A page that was loaded again: its code is over, the next is asked for by a button."""
    return see("/wallet")


@get("/wallet/google", include_in_schema=False)
async def google(door: Door) -> Response[Any]:
    """On to where Google offers her the card."""
    here = await visit(door)
    if not here.customer:
        return see(SIGN_IN)
    async with door.database.read() as tx:
        found = await api.face(
            tx, customer_id=_who(here), market=here.market, directory=here.directory, language=here.language,
            public_url=door.platform.public_url,
        )  # fmt: skip
    return see(door.shared(PassMakers).of("google").make(found).url)


routes: list[Any] = [show, keep_card, take_reward, join, birthday, show_code, no_code, google]
