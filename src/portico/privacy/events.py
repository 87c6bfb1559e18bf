"""Facts about what people agreed to and what was sent to them. The subject is the person's record; no fact carries an address, a
name or a text."""

from portico.platform.events import Fact, announces


@announces("privacy.consent_changed.v1")
class ConsentChanged(Fact, frozen=True, kw_only=True):
    """She said yes or no on a purpose and channel; `source` says where."""

    purpose: str
    channel: str
    granted: bool
    source: str


@announces("privacy.message_queued.v1")
class MessageQueued(Fact, frozen=True, kw_only=True):
    """Something is being sent to her: its kind, as in "order.placed", on which channel and for what purpose."""

    purpose: str
    channel: str
    kind: str


@announces("privacy.message_stopped.v1")
class MessageStopped(Fact, frozen=True, kw_only=True):
    """What was to be sent is not: `why` says what stood against it."""

    purpose: str
    channel: str
    kind: str
    why: str


@announces("privacy.exported.v1")
class Exported(Fact, frozen=True, kw_only=True):
    """All we hold of her was put together. `state`: asked, made, failed."""

    export_id: str
    state: str

    def topics(self) -> list[str]:
        return [str(self.subject), "privacy"]


@announces("privacy.erasure_changed.v1")
class ErasureChanged(Fact, frozen=True, kw_only=True):
    """Her request to be forgotten: asked, decided, done."""

    erasure_id: str
    state: str

    def topics(self) -> list[str]:
        return [str(self.subject), "privacy"]
