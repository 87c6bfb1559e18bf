"""What this room holds of people."""

from portico.platform.personal import Held, Kept, Room, statements

_HERS = "record_id = any(:customers::uuid[])"
_OF_HERS = "(record_a = any(:customers::uuid[]) or record_b = any(:customers::uuid[]))"
_PAIR = "concat(record_a, ' ', record_b)"
_STAFF = {"actor": Kept.HANDS, "actor_name": Kept.HANDS}

PERSONAL = Room(
    name="identity",
    tables=tuple(
        statements(one)
        for one in (
            Held(
                table="identity.attribute", whose=_HERS, key="concat(record_id, ' ', source, ' ', kind, ' ', value)", key_type="text",
                deleted=True,
            ),
            Held(
                table="identity.merge", whose=_OF_HERS,
                becomes={
                    "evidence": "'[]'",
                    "undone_reason": "case when undone_at is null then null else '' end",
                },
                keeps={**_STAFF, "undone_actor": Kept.HANDS, "undone_actor_name": Kept.HANDS},
                plain=frozenset({"basis"}), hidden=frozenset({"evidence"}),
            ),
            Held(
                table="identity.verdict", whose=_OF_HERS, key=_PAIR, key_type="text",
                becomes={"reason": "''"}, keeps=_STAFF,
            ),
            Held(
                table="identity.review", whose=_OF_HERS, deleted=True, plain=frozenset({"reason", "decision"}),
                hidden=frozenset({"evidence"}),
            ),
            Held(table="identity.profile", whose=_HERS, key="record_id", deleted=True),
            Held(table="identity.key", whose=_HERS, key="concat(key, ' ', record_id)", key_type="text", deleted=True,
                 hidden=frozenset({"key"})),
            Held(table="identity.member", whose=_HERS, key="record_id"),
        )
    ),
    nobodys={
        "weights": "what likeness is worth, learnt from many", "policy": "when two records are joined",
        "survivorship": "which of several values stands",
    },
)  # fmt: skip
