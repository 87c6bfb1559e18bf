"""What this room holds of people: all of it is reckoned from what other rooms hold, and goes when she is forgotten."""

from portico.platform.personal import Held, Room, statements

_RECORDS, _PEOPLE = "record_id = any(:customers::uuid[])", "person_id = any(:customers::uuid[])"


def _held(table: str, whose: str, key: str, key_type: str = "text") -> Held:
    return Held(table=f"segments.{table}", whose=whose, key=key, key_type=key_type, deleted=True)


PERSONAL = Room(
    name="segments",
    tables=tuple(
        statements(one)
        for one in (
            _held("record", _RECORDS, "record_id", "uuid"),  # first: whoever reckons has locked it, and is waited for here
            _held("purchase", _RECORDS, "order_id", "uuid"),
            _held("bought", _RECORDS, "line_id", "uuid"),
            _held("member", _RECORDS, "concat(record_id, ' ', programme)"),
            _held("points", _RECORDS, "record_id", "uuid"),
            _held("person", _PEOPLE, "person_id", "uuid"),
            _held("worth", _PEOPLE, "concat(person_id, ' ', currency)"),
            _held("mix", _PEOPLE, "concat(person_id, ' ', channel_kind)"),
            _held("membership", _PEOPLE, "concat(segment_id, ' ', person_id)"),
        )
    ),
    nobodys={
        "segment": "what segments say, and who wrote it", "version": "what they said before", "use": "what runs and asks for them",
    },
)  # fmt: skip
