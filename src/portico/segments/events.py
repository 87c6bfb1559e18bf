"""Facts about segments, and about people who enter and leave them. No fact carries a name or an address."""

from portico.platform.events import Fact, announces


@announces("segments.segment_changed.v1")
class SegmentPut(Fact, frozen=True, kw_only=True):
    """A segment was made, changed, put away or brought back. The subject is the segment."""

    code: str
    version: int
    archived: bool

    def topics(self) -> list[str]:
        return [str(self.subject), "segments"]


@announces("segments.entered.v1")
class Entered(Fact, frozen=True, kw_only=True):
    """A person belongs to a segment from now on. The subject is the person, by her first record."""

    code: str
    version: int


@announces("segments.left.v1")
class Left(Fact, frozen=True, kw_only=True):
    """A person does not belong to a segment any more."""

    code: str
    version: int
