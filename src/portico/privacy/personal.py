"""What this room holds of people: what they said stays as its own proof, without what it was said from."""

from portico.platform.db import Query
from portico.platform.personal import Held, Kept, Retained, Room, statements


def _old(table: str, condition: str, key: str = "id") -> tuple[Query[int], Query[int]]:
    """How many rows of a table are over, and a batch of them."""
    return (
        Query(int, f"select count(*) from {table} where {condition}"),
        Query(
            int,
            f"""
            with ended as (
                delete from {table}
                where {key} in (select {key} from {table} where {condition} order by {key} limit :rows_max)
                returning 1
            )
            select count(*) from ended
            """,
        ),
    )


_ACCESS = _old("privacy.access", "at < :before")
_OPT_INS = _old("privacy.opt_in", "coalesce(confirmed_at, expires_at) < :before")
_ERASURES = _old("privacy.erasure", "state in ('done', 'refused', 'withdrawn') and requested_at < :before")
_LIFTED = _old("privacy.suppression", "lifted_at < :before")

PERSONAL = Room(
    name="privacy",
    tables=tuple(
        statements(one)
        for one in (
            Held(
                table="privacy.consent",
                whose="customer_id = any(:customers::uuid[]) or address_hash = any(:hashes::bytea[])", key_type="bigint",
                becomes={"address": "null", "proof": "proof - 'user_agent' - 'address_hash' - 'note'"},
                keeps={"text_shown": Kept.PROOF, "source": Kept.PROOF, "actor": Kept.ID},
                plain=frozenset({"purpose", "channel", "legal_basis", "language"}), hidden=frozenset({"address_hash"}),
            ),
            Held(
                table="privacy.opt_in", whose="address_hash = any(:hashes::bytea[])", deleted=True,
                hidden=frozenset({"token_hash", "address_hash"}),
            ),
            Held(
                table="privacy.suppression", whose="address_hash = any(:hashes::bytea[])", becomes={"hint": "''"},
                keeps={
                    "source": Kept.PROOF, "actor": Kept.HANDS, "actor_name": Kept.HANDS, "lifted_by": Kept.HANDS,
                    "lifted_by_name": Kept.HANDS, "lifted_because": Kept.HANDS,
                },
                plain=frozenset({"channel", "purpose", "reason"}), hidden=frozenset({"address_hash"}),
            ),
            Held(
                table="privacy.access", whose="customer_id = any(:customers::uuid[])", key_type="bigint",
                keeps={"actor": Kept.PROOF, "actor_name": Kept.PROOF, "path": Kept.PROOF},
                plain=frozenset({"what", "request_id"}),
            ),
            Held(
                table="privacy.export_piece",
                whose="export_id in (select id from privacy.export where customer_id = any(:customers::uuid[]))",
                key="concat(export_id, ' ', lpad(number::text, 8, '0'))", key_type="text", deleted=True,
                hidden=frozenset({"data"}),
            ),
            Held(
                table="privacy.export", whose="customer_id = any(:customers::uuid[])",
                becomes={"state": "'gone'", "bytes": "0", "actor_name": "case when actor = any(:actors::text[]) then '' else actor_name end"},
                keeps={"actor": Kept.ID}, plain=frozenset({"language", "state"}),
            ),
            Held(
                table="privacy.erasure", whose="customer_id = any(:customers::uuid[])",
                becomes={"reason": "''", "actor_name": "case when actor = any(:actors::text[]) then '' else actor_name end"},
                keeps={
                    "actor": Kept.ID, "decided_by": Kept.HANDS, "decided_by_name": Kept.HANDS, "decision": Kept.PROOF,
                    "counts": Kept.PROOF,
                },
                plain=frozenset({"state"}),
            ),
        )
    ),
    nobodys={
        "purpose": "what we use data for", "wording": "what is read", "policy": "how it is done here",
        "retention": "how long things are kept", "retention_run": "what was ended",
    },
    retained=(
        Retained(code="access_log", days=730, days_min=90, count=_ACCESS[0], sweep=_ACCESS[1]),
        Retained(code="newsletter_sign_ups", days=30, count=_OPT_INS[0], sweep=_OPT_INS[1]),
        Retained(code="erasure_requests", days=1095, days_min=365, count=_ERASURES[0], sweep=_ERASURES[1]),
        Retained(code="lifted_suppressions", days=365, count=_LIFTED[0], sweep=_LIFTED[1]),
    ),
)  # fmt: skip
