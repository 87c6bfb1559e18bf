"""SQL of purposes, their wordings, and what people said."""

from datetime import datetime

import msgspec

from portico.customers.types import CustomerId
from portico.platform.db import Query
from portico.privacy.rules import Standing
from portico.privacy.types import LegalBasis, OptInId, Proof, Word


class PurposeRow(msgspec.Struct, frozen=True):
    code: str
    legal_basis: LegalBasis
    channels: list[str]
    double_opt_in: bool
    position: int
    active: bool


class WordingRow(msgspec.Struct, frozen=True):
    purpose: str
    version: int
    language: str
    name: str
    text: str


PURPOSES = Query(
    PurposeRow,
    """
    select code, legal_basis, channels, double_opt_in, position, active
    from privacy.purpose
    order by position, code
    """,
)
WORDINGS = Query(
    WordingRow,
    """
    select purpose, version, language, name, text
    from privacy.wording
    where (purpose, version) in (select purpose, max(version) from privacy.wording group by purpose)
    order by purpose, language
    """,
)
# Of two who change a purpose at once the second waits, so that versions follow one another.
PUT_PURPOSE = Query(
    None,
    """
    insert into privacy.purpose (code, legal_basis, channels, double_opt_in, position, active)
    values (:code, :legal_basis, :channels::text[], :double_opt_in, :position, :active)
    on conflict (code) do update
    set legal_basis = excluded.legal_basis, channels = excluded.channels, double_opt_in = excluded.double_opt_in,
        position = excluded.position, active = excluded.active
    """,
)
ADD_WORDINGS = Query(
    None,
    """
    insert into privacy.wording (purpose, version, language, name, text, actor, made_at)
    select :purpose, (select coalesce(max(version), 0) + 1 from privacy.wording where purpose = :purpose), language, name, text,
        :actor, :now
    from unnest(:languages::text[], :names::text[], :texts::text[]) as given (language, name, text)
    """,
)

RECORD = Query(
    None,
    """
    insert into privacy.consent (customer_id, address_hash, address, purpose, channel, granted, legal_basis, source, language,
        version, text_shown, proof, actor, recorded_at)
    select :customer, :address_hash, :address, purpose, channel, granted, legal_basis, source, language, version, text_shown,
        :proof::jsonb, :actor, :now
    from unnest(:purposes::text[], :channels::text[], :granted::boolean[], :legal_bases::text[], :sources::text[],
        :languages::text[], :versions::int[], :texts::text[]) with ordinality
        as given (purpose, channel, granted, legal_basis, source, language, version, text_shown, place)
    order by place
    """,
)
# From the first to the last: what follows counts. Of a very long history the newest part.
WORDS = Query(
    Word,
    """
    select *
    from (
        select id, customer_id, purpose, channel, granted, legal_basis, source, language, version, text_shown, proof, actor,
            recorded_at
        from privacy.consent
        where customer_id = any(:customers::uuid[]) or address_hash = any(:address_hashes::bytea[])
        order by id desc
        limit :rows_max
    ) as newest
    order by id
    """,
)


class LastWord(msgspec.Struct, frozen=True):
    id: int
    customer_id: CustomerId | None
    address_hash: bytes | None
    purpose: str
    channel: str
    granted: bool


# The last word of each record and each address, by purpose and channel.
LAST_WORDS = Query(
    LastWord,
    """
    (
        select distinct on (customer_id, purpose, channel) id, customer_id, null::bytea, purpose, channel, granted
        from privacy.consent
        where customer_id = any(:customers::uuid[])
        order by customer_id, purpose, channel, id desc
    )
    union all
    (
        select distinct on (address_hash, purpose, channel) id, null::uuid, address_hash, purpose, channel, granted
        from privacy.consent
        where address_hash = any(:address_hashes::bytea[])
        order by address_hash, purpose, channel, id desc
    )
    """,
)
ADDRESS_OF = Query(
    str,
    """
    select address
    from privacy.consent
    where address_hash = :address_hash and address is not null
    order by id desc
    limit 1
    """,
)
# All that decides, in one look: the purpose, her last word on it, what stands against the address.
STANDING = Query(
    Standing,
    """
    select purpose.legal_basis, purpose.active, purpose.channels, said.granted, said.recorded_at,
        coalesce(
            (
                select jsonb_agg(jsonb_build_object('reason', reason, 'purpose', suppression.purpose, 'recorded_at', recorded_at))
                from privacy.suppression
                where address_hash = :address_hash::bytea and lifted_at is null
                    and (suppression.channel in (:channel, 'any'))
            ),
            '[]'
        )
    from privacy.purpose
        left join lateral (
            select granted, recorded_at
            from privacy.consent
            where (customer_id = any(:customers::uuid[]) or address_hash = :address_hash::bytea)
                and consent.purpose = :purpose and consent.channel in (:channel, 'any')
            order by id desc
            limit 1
        ) as said on true
    where purpose.code = :purpose
    """,
)


class OptInRow(msgspec.Struct, frozen=True):
    id: OptInId
    address: str
    purpose: str
    channel: str
    language: str
    version: int
    text_shown: str
    source: str
    proof: Proof
    expires_at: datetime
    confirmed_at: datetime | None


ADD_OPT_IN = Query(
    None,
    """
    insert into privacy.opt_in (id, token_hash, address, address_hash, purpose, channel, language, version, text_shown, source,
        proof, asked_at, expires_at)
    values (:id, :token_hash, :address, :address_hash, :purpose, :channel, :language, :version, :text_shown, :source,
        :proof::jsonb, :now, :expires_at)
    """,
)
RECENT_OPT_INS = Query(
    int, "select count(*) from privacy.opt_in where address_hash = :address_hash and asked_at > :since"
)
LOCK_OPT_IN = Query(
    OptInRow,
    """
    select id, address, purpose, channel, language, version, text_shown, source, proof, expires_at, confirmed_at
    from privacy.opt_in
    where token_hash = :token_hash
    for update
    """,
)
FIND_OPT_IN = Query(
    OptInRow,
    """
    select id, address, purpose, channel, language, version, text_shown, source, proof, expires_at, confirmed_at
    from privacy.opt_in
    where token_hash = :token_hash
    """,
)
CONFIRM_OPT_IN = Query(None, "update privacy.opt_in set confirmed_at = :now where id = :id")
