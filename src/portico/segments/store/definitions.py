"""SQL of what segments say, and of what runs and asks for them."""

from datetime import datetime

import msgspec

from portico.platform.db import Query
from portico.segments.types import Condition, SegmentId, SegmentVersion


class Tree(msgspec.Struct, frozen=True):
    """A condition as it is stored: a column of its own type cannot be a union."""

    of: Condition


class SegmentRow(msgspec.Struct, frozen=True):
    id: SegmentId
    code: str
    name: str
    note: str
    tree: Tree
    version: int
    archived: bool
    actor_name: str
    changed_at: datetime
    compared_at: datetime | None


_COLUMNS = "id, code, name, note, condition, version, archived, actor_name, changed_at, compared_at"
ALL = Query(SegmentRow, f"select {_COLUMNS} from segments.segment order by name, code")
NAMED = Query(SegmentRow, f"select {_COLUMNS} from segments.segment where code = any(:codes::text[]) and not archived")
# Who changes what stands on others waits for who changes those, and who puts one away for who begins to use it.
LOCK_ALL = Query(SegmentRow, f"select {_COLUMNS} from segments.segment order by code for update")
LOCK_CODES = Query(
    SegmentRow, f"select {_COLUMNS} from segments.segment where code = any(:codes::text[]) order by code for update"
)
PUT = Query(
    None,
    """
    with put as (
        insert into segments.segment (id, code, name, note, condition, version, archived, actor, actor_name, changed_at)
        values (:id, :code, :name, :note, :condition::text::jsonb, :version, :archived, :actor, :actor_name, :now)
        on conflict (code) do update
        set name = excluded.name, note = excluded.note, condition = excluded.condition, version = excluded.version,
            archived = excluded.archived, actor = excluded.actor, actor_name = excluded.actor_name, changed_at = excluded.changed_at
        returning id
    )
    insert into segments.version (segment_id, version, name, condition, archived, actor, actor_name, made_at)
    select id, :version, :name, :condition::text::jsonb, :archived, :actor, :actor_name, :now from put
    """,
)
# What a segment says may be what others stand on: all of them are found out anew.
COMPARE_ALL_ANEW = Query(None, "update segments.segment set compared_at = null where compared_at is not null")


class VersionRow(msgspec.Struct, frozen=True):
    version: int
    name: str
    tree: Tree
    archived: bool
    actor_name: str
    made_at: datetime

    def shown(self) -> SegmentVersion:
        return SegmentVersion(self.version, self.name, self.tree.of, self.archived, self.actor_name, self.made_at)


VERSIONS = Query(
    VersionRow,
    """
    select version, name, condition, archived, actor_name, made_at
    from segments.version
    where segment_id = :id
    order by version desc
    limit :rows_max
    """,
)


class UseRow(msgspec.Struct, frozen=True):
    code: str
    used_by: str
    label: str


USES = Query(
    UseRow, "select code, used_by, label from segments.use where code = any(:codes::text[]) order by label, used_by"
)
PUT_USES = Query(
    None,
    """
    with ended as (delete from segments.use where used_by = :used_by and code <> all(:codes::text[]))
    insert into segments.use (code, used_by, label)
    select code, :used_by, :label from unnest(:codes::text[]) as given (code)
    on conflict (used_by, code) do update set label = excluded.label
    """,
)
