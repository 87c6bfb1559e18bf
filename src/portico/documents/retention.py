"""What goes when the law's term is over: the beginning of each chain, whole, so that what follows still adds up."""

from portico.platform.db import Query
from portico.platform.personal import Retained

# A chain's documents are in the order of time: where the first one is that stays, all before it are over.
_STOPS = """
    select chain.entity, chain.series,
        coalesce(
            (
                select document.position
                from documents.document
                where document.entity = chain.entity and document.series = chain.series and document.issued_at >= :before
                order by document.entity, document.series, document.position
                limit 1
            ),
            chain.position + 1
        ) as stop
    from documents.chain
"""

RETAINED = Retained(
    code="documents",
    days=3650,  # Italy's ten years (Codice civile, art. 2220); Spain asks six (Código de Comercio, art. 30)
    days_min=2190,
    count=Query(
        int,
        f"""
        select count(*)
        from documents.document join ({_STOPS}) as stops using (entity, series)
        where document.position < stops.stop
        """,
    ),
    sweep=Query(
        int,
        f"""
        with locked as (
            select entity, series from documents.chain order by entity, series for update
        ), over as (
            select document.id, document.entity, document.series, document.position, document.hash
            from documents.document
                join locked using (entity, series)
                join ({_STOPS}) as stops using (entity, series)
            where document.position < stops.stop
            order by document.entity, document.series, document.position
            limit :rows_max
        ), ended as (
            delete from documents.document where id in (select id from over) returning 1
        ), moved as (
            update documents.chain
            set ended_position = last.position, ended_hash = last.hash
            from (
                select distinct on (entity, series) entity, series, position, hash
                from over
                order by entity, series, position desc
            ) as last
            where chain.entity = last.entity and chain.series = last.series
        )
        select count(*) from ended
        """,
    ),
)
