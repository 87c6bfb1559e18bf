"""Who asks, of whom, and how it is known that it was she: for the routes here, and for the shop's pages."""

import hashlib
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from litestar.response import Stream

from portico.customers.types import CustomerId
from portico.platform import clock
from portico.platform.auth import api as auth
from portico.platform.auth.types import Kind
from portico.platform.http import Door
from portico.platform.ids import Id
from portico.platform.refusals import Forbidden, Invalid, NotFound
from portico.privacy import api
from portico.privacy.types import ExportId, ExportState, NotReady, Page, Proof, ProveAgain

USER_AGENT_LENGTH_MAX = 200
PROVEN_FOR = timedelta(hours=1)

Kinds = TypeVar("Kinds", bound=Id)


def herself(door: Door, customer_id: CustomerId) -> bool:
    asker = door.principal
    return asker.kind is Kind.CUSTOMER and asker.id is not None and asker.id.bytes == customer_id.bytes


def everywhere(door: Door, permission: str) -> None:
    """People belong to no place: who may do this at one place only may not do it to them. Refuses SignInNeeded, Forbidden."""
    door.principal.require(permission)
    if door.principal.places(permission) is not None:
        raise Forbidden(permission=permission)


def require(door: Door, customer_id: CustomerId, permission: str, *, at_one_place: bool = True) -> bool:
    """Whether it is she who asks; anybody else needs the permission. Refuses SignInNeeded, Forbidden."""
    if herself(door, customer_id):
        return True
    if at_one_place:
        door.principal.require(permission)
    else:
        everywhere(door, permission)
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


async def prove_again(door: Door) -> None:
    """What a copy of all data takes is a proof of who asks that is no older than an hour. Refuses ProveAgain."""
    session_id = door.principal.session_id
    async with door.database.read() as tx:
        since = await auth.signed_in_at(tx, session_id=session_id) if session_id else None
    if since is None or clock.now() - since > PROVEN_FOR:
        raise ProveAgain()


async def fetched(door: Door, export_id: ExportId) -> Stream:
    """A stranger is told that there is no such thing."""
    async with door.database.read() as tx:
        try:
            found = await api.export(tx, id=export_id)
        except NotFound:
            door.principal.require("privacy.export")
            raise
    if herself(door, found.customer_id):
        await prove_again(door)
    else:
        everywhere(door, "privacy.export")
    if found.state is not ExportState.MADE:
        raise NotReady(state=found.state)
    door.shows("export", [found.customer_id])
    await door.watched()
    return Stream(
        api.pieces(door.database, found=found),
        media_type="application/zip",
        headers={"content-disposition": f'attachment; filename="{export_id}.zip"', "cache-control": "no-store"},
    )
