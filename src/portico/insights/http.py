"""REST routes of insights."""

from typing import Any

from litestar import get

from portico.business.api import Directories, Directory
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.insights import api
from portico.insights.api import Asked
from portico.insights.types import PAGE_MAX, BadTimeline, TimelinePage, TouchKind
from portico.platform.auth.types import Kind as Asker
from portico.platform.db import Tx
from portico.platform.http import Answered, Door


@get("/v1/customers/{customer_id:str}/timeline")
async def show_timeline(
    door: Door, customer_id: CustomerId, kinds: str = "", channels: str = "", cursor: str | None = None, limit: int = 30
) -> Answered[TimelinePage]:
    """What happened with a person, in every channel, newest first; staff with `customers.read`, or herself. Of each kind only who
    may read it: orders need `orders.read`, consents `privacy.read`, and so on; what a reader may not know is left out. `kinds` and
    `channels` (codes), with commas between them, narrow it."""
    asker = door.principal
    herself = asker.kind is Asker.CUSTOMER and asker.id is not None and asker.id.bytes == customer_id.bytes
    if not herself:
        asker.require("customers.read")
    directory = await door.shared(Directories)()
    asked = Asked(
        kinds=_kinds(kinds),
        channels=_channels(channels, directory),
        cursor=cursor,
        rows_max=max(1, min(limit, PAGE_MAX)),
    )

    async def ask(tx: Tx) -> TimelinePage:
        await customers.customer(tx, id=customer_id)
        door.shows("timeline", [customer_id])
        people = (
            await identity.own_records(tx, id=customer_id)
            if herself
            else (await identity.members(tx, ids=[customer_id]))[customer_id]
        )
        reader = api.reader(asker, whose=people, language=door.language)
        return await api.timeline(tx, people=people, reader=reader, directory=directory, asked=asked)

    return await door.read(ask)


def _kinds(text: str) -> tuple[TouchKind, ...]:
    try:
        return tuple(TouchKind(one) for one in dict.fromkeys(text.split(",")) if one)
    except ValueError:
        raise BadTimeline(field="kinds") from None


def _channels(text: str, directory: Directory) -> tuple[Any, ...]:
    by_code = {one.code: one.id.uuid for one in directory.channels.values()}
    wanted = [one for one in dict.fromkeys(text.split(",")) if one]
    if set(wanted) - by_code.keys():
        raise BadTimeline(field="channels")
    return tuple(by_code[one] for one in wanted)


routes: list[Any] = [show_timeline]
