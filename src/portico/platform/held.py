"""What the platform itself holds of people: the log, sessions, codes, answers that were given."""

from portico.platform.db import Query
from portico.platform.personal import Held, Kept, Retained, Room, statements

# A fact keeps ids; the name of her own hand goes, and so does what somebody wrote as a reason.
_FACT = """
    case when actor = any(:actors::text[]) then jsonb_set(body, '{by,actor_name}', '""') else body end
        || case when body ? 'reason' then '{"reason": ""}'::jsonb else '{}'::jsonb end
"""

_GUEST_FACTS = "customer_id is null and actor like 'guest:%' and recorded_at < :before"  # as its index says it

PERSONAL = Room(
    name="platform",
    tables=tuple(
        statements(one)
        for one in (
            Held(
                table="platform.fact", whose="customer_id = any(:customers::uuid[]) or subject = any(:things::text[])",
                key_type="bigint", becomes={"body": _FACT}, keeps={"actor": Kept.ID, "subject": Kept.ID, "topics": Kept.ID},
                plain=frozenset({"type", "request_id"}), hidden=frozenset({"xid", "generation", "topics"}),
            ),
            Held(
                table="platform.session", whose="subject_kind = 'customer' and subject_id = any(:customers::uuid[])",
                deleted=True, hidden=frozenset({"token_hash"}),
            ),
            Held(table="platform.login_code", whose="address = any(:contacts::text[])", deleted=True, hidden=frozenset({"code_hash"})),
            Held(
                table="platform.login_address", whose="address = any(:contacts::text[])", key="address", key_type="text",
                deleted=True,
            ),
            Held(
                table="platform.answer", whose="principal = any(:actors::text[])",
                key="concat_ws(' ', principal, operation, path, key)", key_type="text", deleted=True,
                hidden=frozenset({"body", "body_hash", "canonical_hash", "headers"}),
            ),
        )
    ),
    nobodys={
        "generation": "clusters", "reader": "readers of the log", "parked_fact": "names a fact",
        "role": "what a role may do", "role_grant": "people who work here", "credential": "people who work here",
        "api_token": "programs", "wrong_try": "hashes, swept after a day", "migration": "files",
    },
    retained=(
        Retained(
            code="facts_of_guests", days=730, days_min=30,
            count=Query(int, f"select count(*) from platform.fact where {_GUEST_FACTS}"),
            # What a reader could not handle is still looked at by somebody.
            sweep=Query(
                int,
                f"""
                with ended as (
                    delete from platform.fact
                    where id in (
                        select id
                        from platform.fact
                        where {_GUEST_FACTS}
                            and not exists (select from platform.parked_fact where fact_id = fact.id)
                            and (generation, xid, id) < (
                                select generation, xid, id from platform.reader order by generation, xid, id limit 1
                            )
                        order by id
                        limit :rows_max
                    )
                    returning 1
                )
                select count(*) from ended
                """,
            ),
        ),
    ),
)  # fmt: skip
