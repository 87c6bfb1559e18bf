"""What stands in an address."""

from typing import TypeVar

from portico.platform.ids import Id
from portico.platform.refusals import Invalid

IDS_MAX = 100

Kind = TypeVar("Kind", bound=Id)


def parse_ids(kind: type[Kind], text: str, *, field: str, most: int = IDS_MAX) -> list[Kind]:
    """Ids with commas between them, each once. Refuses Invalid for too many, and for what is no such id."""
    names = [one for one in text.split(",") if one]
    if len(names) > most:
        raise Invalid(errors=[{"field": field, "message": f"<= {most}"}])
    try:
        return [kind.parse(one) for one in dict.fromkeys(names)]
    except ValueError as wrong:
        raise Invalid(errors=[{"field": field, "message": str(wrong)[:100]}]) from None
