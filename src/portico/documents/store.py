"""SQL of documents. Rows of `documents.document` are added and never changed."""

from datetime import datetime

import msgspec

from portico.documents.types import Document, DocumentType, Head, Seller
from portico.orders.types import OrderId
from portico.platform.db import Query

HEAD_COLUMNS = """id, entity, series, position, number, year, sequence, type, order_id, refers_to, cause, location_id,
        language, currency, total, issued_at, previous_hash, hash, token"""

SELLERS = Query(
    Seller,
    """
    select market_id, entity, legal_name, tax_id, address, gapless
    from documents.seller
    order by market_id
    """,
)
PUT_SELLERS = Query(
    None,
    """
    insert into documents.seller (market_id, entity, legal_name, tax_id, address, gapless)
    select market_id, entity, legal_name, tax_id, address::jsonb, gapless
    from unnest(:market_ids::uuid[], :entities::text[], :legal_names::text[], :tax_ids::text[], :addresses::text[],
        :gaplesses::boolean[]) as seller (market_id, entity, legal_name, tax_id, address, gapless)
    on conflict (market_id) do update
    set entity = excluded.entity, legal_name = excluded.legal_name, tax_id = excluded.tax_id, address = excluded.address,
        gapless = excluded.gapless
    """,
)


class Chain(msgspec.Struct, frozen=True):
    entity: str
    series: str
    year: int
    number: int
    position: int
    hash: bytes
    issued_at: datetime
    ended_position: int = 0  # up to here they went, because their term was over; what follows them follows `ended_hash`
    ended_hash: bytes | None = None


_CHAIN_COLUMNS = "entity, series, year, number, position, hash, issued_at, ended_position, ended_hash"

# In order of their keys, whoever asks: two who write several chains meet at the first.
LOCK_CHAINS = Query(
    Chain,
    f"""
    select {_CHAIN_COLUMNS}
    from documents.chain
    where (entity, series) in (select * from unnest(:entities::text[], :serieses::text[]))
    order by entity, series
    for update
    """,
)
OPEN_CHAINS = Query(
    None,
    """
    insert into documents.chain (entity, series, year, hash, issued_at)
    select entity, series, year, hash, :now
    from unnest(:entities::text[], :serieses::text[], :years::smallint[], :hashes::bytea[])
        as fresh (entity, series, year, hash)
    on conflict (entity, series) do nothing
    """,
)
MOVE_CHAINS = Query(
    None,
    """
    update documents.chain
    set year = moved.year, number = moved.number, position = moved.position, hash = moved.hash,
        issued_at = moved.issued_at
    from unnest(:entities::text[], :serieses::text[], :years::smallint[], :numbers::bigint[], :positions::bigint[],
        :hashes::bytea[], :issued_ats::timestamptz[])
        as moved (entity, series, year, number, position, hash, issued_at)
    where chain.entity = moved.entity and chain.series = moved.series
    """,
)
CHAINS = Query(
    Chain,
    f"""
    select {_CHAIN_COLUMNS}
    from documents.chain
    order by entity, series
    """,
)
ADD = Query(
    None,
    """
    insert into documents.document (id, entity, series, position, number, year, sequence, type, order_id, refers_to,
        cause, location_id, language, currency, total, issued_at, body, previous_hash, hash, token)
    select *
    from unnest(:ids::uuid[], :entities::text[], :serieses::text[], :positions::bigint[], :numbers::text[],
        :years::smallint[], :sequences::bigint[], :types::text[], :order_ids::uuid[], :refers_tos::uuid[],
        :causes::text[], :location_ids::uuid[], :languages::text[], :currencies::text[], :totals::bigint[],
        :issued_ats::timestamptz[], :bodies::text[], :previous_hashes::bytea[], :hashes::bytea[], :tokens::text[])
    """,
)


BY_CAUSE = Query(
    Document,
    f"""
    select {HEAD_COLUMNS}, body
    from documents.document
    where cause = any(:causes::text[])
    """,
)
FIND = Query(
    Document,
    f"""
    select {HEAD_COLUMNS}, body
    from documents.document
    where id = :id or token = :token
    """,
)
# Of somebody who was forgotten: kept because the law says so, and read only by who may audit.
RESTRICTED = Query(bool, "select restricted_at is not null from documents.document where id = :id")
OF_ORDERS = Query(
    Head,
    f"""
    select {HEAD_COLUMNS}
    from documents.document
    where order_id = any(:order_ids::uuid[])
    order by issued_at, id
    """,
)
REFERRING = Query(
    Document,
    f"""
    select {HEAD_COLUMNS}, body
    from documents.document
    where refers_to = :id and type = 'credit_note'
    order by position
    """,
)


class Counted(msgspec.Struct, frozen=True):
    order_id: OrderId
    type: DocumentType
    count: int


COUNTED = Query(
    Counted,
    """
    select order_id, type, count(*)
    from documents.document
    where order_id = any(:order_ids::uuid[])
    group by order_id, type
    """,
)
LIST = Query(
    Head,
    f"""
    select {HEAD_COLUMNS}
    from documents.document
    where (:type::text is null or type = :type)
        and (:entity::text is null or entity = :entity)
        and (:q::text is null or number = :q)
        and (:places::uuid[] is null or location_id = any(:places))
        and (:before_at::timestamptz is null or (issued_at, id) < (:before_at, :before_id::uuid))
    order by issued_at desc, id desc
    limit :rows_max
    """,
)
# The journal from a place on, in the order of its chains.
WALK = Query(
    Document,
    f"""
    select {HEAD_COLUMNS}, body
    from documents.document
    where (entity, series, position) > (:entity, :series, :position)
    order by entity, series, position
    limit :rows_max
    """,
)
