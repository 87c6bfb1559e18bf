"""SQL of the ledger."""

from portico.ledger.types import Balance, Difference, Entry, Flow, Turnover
from portico.platform.db import Query

OPEN = Query(
    None,
    """
    insert into ledger.account (code, kind, unit, minimum)
    select * from unnest(:codes::text[], :kinds::text[], :units::text[], :minimums::bigint[])
    order by 1
    on conflict (code) do nothing
    """,
)
# All or none: who held some and then opened the rest would wait for one who opened those and waits for these.
LOCK = Query(
    Balance,
    """
    select code, unit, balance, minimum
    from ledger.account
    where code = any(:codes::text[])
        and (select count(*) from ledger.account where code = any(:codes::text[])) = cardinality(:codes::text[])
    order by code
    for update
    """,
)
BALANCES = Query(Balance, "select code, unit, balance, minimum from ledger.account where code = any(:codes::text[])")
_MOVE = """
        update ledger.account
        set balance = account.balance + change.amount
        from unnest(:codes::text[], :changes::bigint[]) as change (code, amount)
        where account.code = change.code
"""
MOVE = Query(None, _MOVE)
COLUMNS = (
    "id", "from_account", "to_account", "amount", "unit", "reason", "reference", "actor", "occurred_at", "recorded_at",
)  # fmt: skip
TRANSFER = Query(
    None,
    f"""
    with balance as ({_MOVE})
    insert into ledger.transfer (id, from_account, to_account, amount, unit, reason, reference, actor, occurred_at, recorded_at)
    select id, from_account, to_account, amount, unit, reason, reference, actor, occurred_at, :now
    from unnest(:ids::uuid[], :from_accounts::text[], :to_accounts::text[], :amounts::bigint[], :units::text[],
        :reasons::text[], :references::text[], :actors::text[], :occurred_ats::timestamptz[])
        as transfer (id, from_account, to_account, amount, unit, reason, reference, actor, occurred_at)
    """,
)
DIFFERENCES = Query(
    Difference,
    """
    with side as (
        select to_account as code, sum(amount) as amount from ledger.transfer group by 1
        union all
        select from_account, -sum(amount) from ledger.transfer group by 1
    ), moved as (
        select code, sum(amount)::bigint as amount from side group by 1
    )
    select code, coalesce(account.balance, 0), coalesce(moved.amount, 0)
    from ledger.account full join moved using (code)
    where coalesce(account.balance, 0) <> coalesce(moved.amount, 0)
    order by 1
    """,
)
TURNOVER = Query(
    Turnover,
    """
    with side as (
        select to_account as account, unit, reason, amount as came, 0 as went
        from ledger.transfer
        where to_account = any(:codes::text[]) and id > :after
        union all
        select from_account, unit, reason, 0, amount
        from ledger.transfer
        where from_account = any(:codes::text[]) and id > :after
    )
    select account, unit, reason, count(*), sum(came)::bigint, sum(went)::bigint
    from side
    group by 1, 2, 3
    order by 1, 2, 3
    """,
)
OF_KIND = Query(
    Balance,
    """
    select code, unit, balance, minimum
    from ledger.account
    where kind = :kind and (:after::text is null or code > :after)
    order by code
    limit :rows_max
    """,
)
# Of an account, ids are in the order in which its balance changed.
ENTRIES = Query(
    Entry,
    """
    select id, from_account, to_account, amount, unit, reason, reference, actor, occurred_at
    from ledger.transfer
    where (from_account = any(:codes::text[]) or to_account = any(:codes::text[])) and (:before::uuid is null or id < :before)
    order by id desc
    limit :rows_max
    """,
)
FLOWS = Query(
    Flow,
    """
    with side as (
        select to_account as code, reason, amount as came, 0 as went
        from ledger.transfer join ledger.account on account.code = to_account
        where kind = :kind
        union all
        select from_account, reason, 0, amount
        from ledger.transfer join ledger.account on account.code = from_account
        where kind = :kind
    )
    select side.code, unit, side.reason, sum(came)::bigint, sum(went)::bigint
    from side join ledger.account on account.code = side.code
    group by 1, 2, 3
    order by 1, 3
    """,
)
