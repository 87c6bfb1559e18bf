"""What this room holds of people: accounts that bear their ids. Books are never rewritten; whose they were is gone with her name."""

from portico.platform.personal import Held, Kept, Room, statements

PERSONAL = Room(
    name="ledger",
    tables=tuple(
        statements(one)
        for one in (
            Held(
                table="ledger.account", whose="code = any(:things::text[])", key="code", key_type="text",
                keeps={"code": Kept.BOOKS}, plain=frozenset({"kind", "unit"}),
            ),
            Held(
                table="ledger.transfer", whose="from_account = any(:things::text[]) or to_account = any(:things::text[])",
                keeps={
                    "from_account": Kept.BOOKS, "to_account": Kept.BOOKS, "reference": Kept.BOOKS, "reason": Kept.BOOKS,
                    "actor": Kept.ID,
                },
                plain=frozenset({"unit"}),
            ),
        )
    ),
)  # fmt: skip
