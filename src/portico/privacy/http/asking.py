"""Who asks, of whom, and how it is known that it was she."""

import hashlib
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from portico.customers.types import CustomerId
from portico.platform.auth.types import Kind
from portico.platform.http import Door
from portico.platform.ids import Id
from portico.platform.refusals import Invalid
from portico.privacy.types import Page, Proof

USER_AGENT_LENGTH_MAX = 200

Kinds = TypeVar("Kinds", bound=Id)


def herself(door: Door, customer_id: CustomerId) -> bool:
    asker = door.principal
    return asker.kind is Kind.CUSTOMER and asker.id is not None and asker.id.bytes == customer_id.bytes


def require(door: Door, customer_id: CustomerId, permission: str) -> bool:
    """Whether it is she who asks; anybody else needs the permission. Refuses SignInNeeded, Forbidden."""
    if herself(door, customer_id):
        return True
    door.principal.require(permission)
    return False


def proof(door: Door, note: str = "") -> Proof:
    """How we know who said it: the request, from where (a hash: enough to compare, too little to find her by) and with what."""
    return Proof(
        request_id=door.hand.request_id,
        address_hash=hashlib.sha256(door.address.encode()).hexdigest()[:32] if door.address else "",
        user_agent=door.request.headers.get("user-agent", "")[:USER_AGENT_LENGTH_MAX],
        note=note,
    )


def page_of(kind: type[Kinds], cursor: str | None) -> Page:
    """Where a list goes on. Refuses Invalid."""
    if cursor is None:
        return Page()
    moment, _, name = cursor.replace(" ", "+").partition("~")
    try:
        at, last = datetime.fromisoformat(moment), kind.parse(name)
    except ValueError:
        raise Invalid(errors=[{"field": "cursor", "message": cursor[:100]}]) from None
    if at.tzinfo is None:
        raise Invalid(errors=[{"field": "cursor", "message": cursor[:100]}])
    return Page(before_at=at, before_id=UUID(bytes=last.bytes))


def cursor_of(at: datetime, last: Id) -> str:
    return f"{at.isoformat()}~{last}"
