"""What loyalty needs of the outside world: wallets of phones, which hold a member's card."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from portico.loyalty.types import NoPasses

Label = tuple[str, str]  # what a value is called in her language, and the value as she reads it


class PassFace(msgspec.Struct, frozen=True, kw_only=True):
    """What a member's card shows. `number` is her loyalty number, which a till scans even without a network; `serial` names the card
    for ever, so that a newer one takes its place."""

    serial: str
    number: str
    programme_code: str
    organisation: str
    programme: str
    accent: str
    language: str
    points: Label
    tier: Label | None
    holder: Label
    worth: Label | None = None
    link: str = ""
    logo_url: str = ""  # where anybody finds its picture


class Pass(msgspec.Struct, frozen=True):
    """Either a file that the phone opens, or an address where it is offered the card."""

    content: bytes = b""
    media_type: str = ""
    file_name: str = ""
    url: str = ""


class PassMaker(Protocol):
    """Signs cards for one kind of wallet. Nothing is asked of anybody: it takes milliseconds."""

    kind: str

    def make(self, face: PassFace) -> Pass: ...

    def logo(self, accent: str) -> bytes:
        """A brand's picture, as PNG."""
        ...


class PassMakers:
    """Those that are set up, by kind."""

    def __init__(self, makers: Sequence[PassMaker] = ()) -> None:
        self._makers = {one.kind: one for one in makers}

    @property
    def kinds(self) -> list[str]:
        return sorted(self._makers)

    def logo(self, accent: str) -> bytes:
        """A brand's picture. Refuses NoPasses where nobody needs one."""
        return self.of(next(iter(self._makers), "")).logo(accent)

    def of(self, kind: str) -> PassMaker:
        """Refuses NoPasses where none is set up."""
        if kind not in self._makers:
            raise NoPasses(kind=kind[:20])
        return self._makers[kind]
