"""SQL of programmes, their members, and the rewards they took."""

import msgspec

from portico.business.types import MarketId
from portico.customers.types import CustomerId
from portico.loyalty.types import Member, Programme, ProgrammeId, RewardTaken, Running, Terms
from portico.platform.db import Query

_PROGRAMME = "id, code, state, market_ids, terms, draft, version, changed_at, actor_name"

ALL = Query(Programme, f"select {_PROGRAMME} from loyalty.programme order by code")
BY_CODE = Query(Programme, f"select {_PROGRAMME} from loyalty.programme where code = :code")
LOCK = Query(Programme, f"select {_PROGRAMME} from loyalty.programme where code = :code for update")
# A new one, or a change of the draft that was looked at. None: somebody else was faster.
PUT = Query(
    int,
    """
    insert into loyalty.programme as programme (id, code, state, market_ids, terms, changed_at, actor, actor_name)
    values (:id, :code, 'draft', :market_ids, :terms::jsonb, :now, :actor, :actor_name)
    on conflict (code) do update
    set market_ids = excluded.market_ids, terms = excluded.terms, draft = programme.draft + 1, changed_at = excluded.changed_at,
        actor = excluded.actor, actor_name = excluded.actor_name
    where programme.draft = :expected and programme.state <> 'ended'
    returning draft
    """,
)
PUBLISH = Query(
    None,
    """
    with version as (
        insert into loyalty.terms (programme_id, version, terms, actor, actor_name, live_at)
        select id, coalesce(version, 0) + 1, terms, :actor, :actor_name, :now
        from loyalty.programme
        where id = :id
        returning version
    )
    update loyalty.programme
    set state = 'live', version = version.version
    from version
    where id = :id
    """,
)
RUN_IN = Query(
    None,
    """
    with gone as (
        delete from loyalty.running where programme_id = :id and market_id <> all(:market_ids::uuid[])
    )
    insert into loyalty.running (market_id, programme_id)
    select market_id, :id from unnest(:market_ids::uuid[]) as wanted (market_id)
    on conflict (market_id) do nothing
    """,
)


class InMarket(msgspec.Struct, frozen=True):
    market_id: MarketId
    id: ProgrammeId
    code: str


IN_MARKETS = Query(
    InMarket,
    """
    select market_id, programme.id, programme.code
    from loyalty.running join loyalty.programme on programme.id = running.programme_id
    where market_id = any(:market_ids::uuid[])
    """,
)
EVER = Query(bool, "select exists (select from loyalty.terms)")
LIVE = Query(ProgrammeId, "select id from loyalty.programme where state = 'live'")
END = Query(
    None,
    """
    with gone as (delete from loyalty.running where programme_id = :id)
    update loyalty.programme
    set state = 'ended', changed_at = :now
    where id = :id
    """,
)


class RunningRow(msgspec.Struct, frozen=True):
    """A programme that runs in a market. Its terms arrive as text: they are read once and kept."""

    market_id: MarketId
    id: ProgrammeId
    code: str
    version: int
    terms: Terms


RUNNING = Query(
    RunningRow,
    """
    select running.market_id, programme.id, programme.code, terms.version, terms.terms
    from loyalty.running
    join loyalty.programme on programme.id = running.programme_id
    join loyalty.terms on terms.programme_id = programme.id and terms.version = programme.version
    where market_id = any(:market_ids::uuid[])
    """,
)
VERSIONS = Query(
    Running,
    """
    select programme.id, programme.code, terms.version, terms.terms
    from unnest(:programme_ids::uuid[], :versions::int[]) as wanted (id, version)
    join loyalty.programme on programme.id = wanted.id
    join loyalty.terms on terms.programme_id = programme.id and terms.version = wanted.version
    """,
)
# The terms that count for each programme, those that have ended among them: what was earned is kept by what was said.
COUNTING = Query(
    Running,
    """
    select distinct on (programme.id) programme.id, programme.code, terms.version, terms.terms
    from loyalty.programme join loyalty.terms on terms.programme_id = programme.id
    order by programme.id, terms.version desc
    """,
)

_MEMBER = (
    """programme_id, customer_id, tier, tier_until, referral_code, referred_by, birth_month, birth_day, joined_at"""
)

MEMBERS = Query(
    Member,
    f"""
    select {_MEMBER}
    from loyalty.member
    where customer_id = any(:customer_ids::uuid[])
    order by programme_id, joined_at, customer_id
    """,
)
BY_REFERRAL = Query(Member, f"select {_MEMBER} from loyalty.member where referral_code = :code")
JOIN = Query(
    CustomerId,
    """
    insert into loyalty.member (programme_id, customer_id, tier, referral_code, joined_at)
    select :programme_id, customer_id, :tier, referral_code, :now
    from unnest(:customer_ids::uuid[], :referral_codes::text[]) as new (customer_id, referral_code)
    on conflict do nothing
    returning customer_id
    """,
)
REFER = Query(
    None,
    """
    update loyalty.member
    set referred_by = :referred_by
    where programme_id = :programme_id and customer_id = :customer_id and referred_by is null
        and not exists (
            select from loyalty.purchase where purchase.programme_id = :programme_id and purchase.customer_id = :customer_id
        )
    """,
)
SET_BIRTHDAY = Query(
    None,
    """
    update loyalty.member
    set birth_month = :month, birth_day = :day
    where customer_id = :customer_id and (birth_month is null or :anew::boolean)
    """,
)
SET_TIERS = Query(
    None,
    """
    update loyalty.member
    set tier = given.tier, tier_until = given.tier_until
    from unnest(:customer_ids::uuid[], :tiers::text[], :tier_untils::timestamptz[]) as given (customer_id, tier, tier_until)
    where member.programme_id = :programme_id and member.customer_id = given.customer_id
    """,
)


class Counted(msgspec.Struct, frozen=True):
    customer_id: CustomerId
    points: int
    spend: int


# What counts towards a tier: points that are hers, what was kept and paid.
COUNTED = Query(
    Counted,
    """
    select customer_id,
        coalesce((
            select sum(given) from loyalty.earning
            where earning.customer_id = wanted.customer_id and programme_id = :programme_id and earned_at > :since
        ), 0)::bigint,
        coalesce((
            select sum(spend) from loyalty.purchase
            where purchase.customer_id = wanted.customer_id and programme_id = :programme_id and placed_at > :since
        ), 0)::bigint
    from unnest(:customer_ids::uuid[]) as wanted (customer_id)
    """,
)
TIERS_OVER = Query(
    Member,
    f"""
    select {_MEMBER}
    from loyalty.member
    where tier_until <= :now
    order by tier_until
    limit :rows_max
    """,
)
# Who was born on the 29th of February is thought of on the 28th where there is none.
BIRTHDAYS = Query(
    Member,
    f"""
    select {_MEMBER}
    from loyalty.member
    where programme_id = any(:programme_ids::uuid[]) and birth_month = :month and birth_day = any(:days::smallint[])
        and not exists (
            select from loyalty.earning
            where earning.customer_id = member.customer_id and earning.programme_id = member.programme_id
                and rule = any(:rules::text[]) and earned_at >= :year_began
        )
    order by programme_id, customer_id
    limit :rows_max
    """,
)
REFERRED = Query(
    int,
    """
    select count(*)::int from loyalty.earning
    where customer_id = :customer_id and programme_id = :programme_id and rule = any(:rules::text[]) and earned_at > :since
        and points > 0
    """,
)

_TAKEN = """id, programme_id, customer_id, reward, points, card_id, promotion, coupon_code, taken_at, expires_at, returned_at"""

TAKE_REWARD = Query(
    None,
    """
    insert into loyalty.reward_taken (id, programme_id, customer_id, reward, points, card_id, promotion, coupon_code, taken_at, expires_at)
    values (:id, :programme_id, :customer_id, :reward, :points, :card_id, :promotion, :coupon_code, :now, :expires_at)
    """,
)
TAKEN = Query(
    RewardTaken,
    f"""
    select {_TAKEN}
    from loyalty.reward_taken
    where customer_id = any(:customer_ids::uuid[])
    order by taken_at desc, id desc
    limit :rows_max
    """,
)
TAKEN_BY_ID = Query(RewardTaken, f"select {_TAKEN} from loyalty.reward_taken where id = any(:ids::uuid[])")
RETURN_REWARD = Query(None, "update loyalty.reward_taken set returned_at = :now where id = :id")


MARKET_OF = Query(
    MarketId,
    """
    select running.market_id
    from loyalty.member join loyalty.running on running.programme_id = member.programme_id
    where member.customer_id = any(:customer_ids::uuid[])
    order by member.joined_at, running.market_id
    limit 1
    """,
)
