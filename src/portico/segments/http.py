"""REST routes of segments."""

from typing import Any

import msgspec
from litestar import get, post, put

from portico.customers.types import CustomerId
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Forbidden
from portico.segments import api
from portico.segments.types import Condition, NewSegment, PeopleCounted, PeoplePage, Segment, SegmentVersion


class PutSegment(msgspec.Struct, frozen=True):
    """A segment as it should be. `version` is the one that was looked at, 0 for a new segment."""

    name: str
    condition: Condition
    note: str = ""
    version: int = 0


class SegmentSeen(msgspec.Struct, frozen=True):
    """The version that was looked at."""

    version: int


class CountAsked(msgspec.Struct, frozen=True):
    """A condition that need not be saved. `code` is that of the segment it is to be. `sample`: the newest few people too."""

    condition: Condition
    code: str = ""
    sample: bool = False


class SegmentList(msgspec.Struct, frozen=True):
    items: tuple[Segment, ...]


class SegmentVersions(msgspec.Struct, frozen=True):
    items: tuple[SegmentVersion, ...]


class HerSegment(msgspec.Struct, frozen=True):
    code: str
    name: str


class HerSegments(msgspec.Struct, frozen=True):
    items: tuple[HerSegment, ...]


def _everywhere(door: Door, permission: str) -> None:
    """What a segment says holds at every place: who may write it at one place only may not write it."""
    door.principal.require(permission)
    if door.principal.places(permission) is not None:
        raise Forbidden(permission=permission)


@get("/v1/segments")
async def list_segments(door: Door, archived: bool = False) -> Answered[SegmentList]:
    """Segments by their names, with what uses them; or those that were put away. Needs `segments.read`."""
    door.principal.require("segments.read")

    async def ask(tx: Tx) -> SegmentList:
        return SegmentList(tuple(await api.segments(tx, archived=archived)))

    return await door.read(ask)


@get("/v1/segments/{code:str}")
async def show_segment(door: Door, code: str) -> Answered[Segment]:
    """One segment. Needs `segments.read`."""
    door.principal.require("segments.read")
    return await door.read(lambda tx: api.segment(tx, code=code))


@get("/v1/segments/{code:str}/versions")
async def list_segment_versions(door: Door, code: str) -> Answered[SegmentVersions]:
    """What a segment has said, and who changed it, newest first. Needs `segments.read`."""
    door.principal.require("segments.read")

    async def ask(tx: Tx) -> SegmentVersions:
        return SegmentVersions(tuple(await api.versions(tx, code=code)))

    return await door.read(ask)


@put("/v1/segments/{code:str}", status_code=200)
async def put_segment(door: Door, code: str, data: PutSegment) -> Answered[Segment]:
    """Make a segment as it should be. Needs `segments.manage`. 422 `segments.bad_segment` says where in the tree; 409 `segments.changed`
    where somebody else has changed it meanwhile."""
    _everywhere(door, "segments.manage")
    new = NewSegment(code=code, name=data.name, note=data.note, condition=data.condition)
    return await door.write(lambda tx: api.put(tx, new=new, expected_version=data.version, by=door.hand))


@post("/v1/segments/{code:str}/archive", status_code=200)
async def archive_segment(door: Door, code: str, data: SegmentSeen) -> Answered[Segment]:
    """Put a segment away. Needs `segments.manage`. 409 `segments.in_use` names what runs and asks for it."""
    _everywhere(door, "segments.manage")
    return await door.write(lambda tx: api.archive(tx, code=code, expected_version=data.version, by=door.hand))


@post("/v1/segments/{code:str}/restore", status_code=200)
async def restore_segment(door: Door, code: str, data: SegmentSeen) -> Answered[Segment]:
    """Bring a segment back that was put away. Needs `segments.manage`."""
    _everywhere(door, "segments.manage")
    return await door.write(lambda tx: api.restore(tx, code=code, expected_version=data.version, by=door.hand))


@post("/v1/segments/count", status_code=200)
async def count_people(door: Door, data: CountAsked) -> Answered[PeopleCounted]:
    """How many people a condition means now, and how many of them can be written to. Needs `segments.read`; for a `sample` of at most
    20 people also `customers.read`. Nothing is written."""
    door.principal.require("segments.read")
    if data.sample:
        door.principal.require("customers.read")

    async def ask(tx: Tx) -> PeopleCounted:
        found = await api.count(tx, condition=data.condition, code=data.code[:100], sample=data.sample)
        door.shows("segment", [one.id for one in found.sample])
        return found

    return await door.read(ask)


@get("/v1/segments/{code:str}/people")
async def list_people(door: Door, code: str, cursor: CustomerId | None = None, limit: int = 50) -> Answered[PeoplePage]:
    """Who belongs to a segment now, the newest first. Needs `segments.read` and `customers.read`."""
    door.principal.require("segments.read")
    door.principal.require("customers.read")

    async def ask(tx: Tx) -> PeoplePage:
        found = await api.people(tx, code=code, before=cursor, limit=limit)
        door.shows("segment", [one.id for one in found.items])
        return found

    return await door.read(ask)


@get("/v1/customers/{customer_id:str}/segments")
async def list_her_segments(door: Door, customer_id: CustomerId) -> Answered[HerSegments]:
    """The segments that the person of this record is in now. Needs `segments.read` and `customers.read`."""
    door.principal.require("segments.read")
    door.principal.require("customers.read")

    async def ask(tx: Tx) -> HerSegments:
        found = await api.of_person(tx, customer_id=customer_id)
        door.shows("segments", [customer_id])
        return HerSegments(tuple(HerSegment(one.code, one.name) for one in found))

    return await door.read(ask)


routes: list[Any] = [
    list_segments, count_people, show_segment, list_segment_versions, put_segment, archive_segment, restore_segment, list_people,
    list_her_segments,
]  # fmt: skip
