"""The one gate that everything which is sent to a person passes.

`Permitted` is the right to send one thing to one address for one purpose. It can be made here only: its maker needs the seal, which
nobody else has, and `permit` hands it out after it has looked at what she said and at the suppressions. The queue takes nothing else.
"""

from datetime import datetime
from typing import NoReturn, final

import msgspec

from portico.customers.types import CustomerId
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.privacy import rules
from portico.privacy.events import MessageQueued, MessageStopped
from portico.privacy.store import consents as store
from portico.privacy.types import Letter, Recipient, Stopped, Why

JOBS = {"email": "message.email"}  # the worker's job by channel; a channel that is not here cannot be sent on yet

_SEAL = object()


@final
class Permitted:
    """The right to send to `address` for `purpose` on `channel`. Made by `permit`, never by hand; valid in its transaction: what is
    queued is looked at again right before it is sent."""

    __slots__ = ("address", "channel", "customer_ids", "given_at", "hers_to_say", "purpose")

    address: str
    channel: str
    purpose: str
    customer_ids: tuple[CustomerId, ...]
    given_at: datetime | None
    hers_to_say: bool  # she may have it stopped: it goes out with a link to do so

    def __init__(self, seal: object, *, to: Recipient, purpose: str, channel: str, hers_to_say: bool) -> None:
        if seal is not _SEAL:
            raise TypeError("the right to send is given by privacy's permit, and made by nobody else")
        for name, value in (
            ("address", to.address), ("channel", channel), ("purpose", purpose), ("customer_ids", to.customer_ids),
            ("given_at", to.given_at), ("hers_to_say", hers_to_say),
        ):  # fmt: skip
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{name} of a permission cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{name} of a permission cannot be taken away")

    def __reduce__(self) -> NoReturn:
        raise TypeError("the right to send ends with its transaction: it is neither copied nor stored")


class Queued(msgspec.Struct, frozen=True, kw_only=True):
    """A message that waits to be sent, with all that is needed to ask again whether it may be."""

    address: str
    channel: str
    purpose: str
    customer_ids: tuple[CustomerId, ...]
    given_at: datetime | None
    letter: Letter


SYSTEM = Hand(actor="system:worker", actor_name="Portico")


async def permit(tx: Tx, *, to: Recipient, purpose: str, channel: str = "email") -> Permitted | Stopped:
    """Whether something may be sent there now: by the ground of its purpose, by what she said last, by the suppressions."""
    found = await tx.maybe(
        store.STANDING,
        purpose=purpose, channel=channel, customers=list(to.customer_ids), address_hash=rules.digest(to.address),
    )  # fmt: skip
    why = rules.judge(found, channel=channel, purpose=purpose, given_at=to.given_at)
    if why is not None or found is None:
        return Stopped(why or rules.UNKNOWN)
    return Permitted(_SEAL, to=to, purpose=purpose, channel=channel, hers_to_say=found.legal_basis.hers_to_say)


def send(tx: Tx, *, permitted: Permitted, letter: Letter, by: Hand = SYSTEM) -> None:
    """Have a message sent once this transaction is committed. The only way into the queue."""
    if type(permitted) is not Permitted:
        raise TypeError("only what privacy has permitted is sent")
    queued = Queued(
        address=permitted.address, channel=permitted.channel, purpose=permitted.purpose,
        customer_ids=permitted.customer_ids, given_at=permitted.given_at, letter=letter,
    )  # fmt: skip
    tx.enqueue(JOBS[permitted.channel], queued)
    tx.emit(
        MessageQueued(
            subject=one, customer_id=one, by=by, occurred_at=tx.now, purpose=permitted.purpose, channel=permitted.channel,
            kind=letter.kind,
        )
        for one in permitted.customer_ids[:1]
    )  # fmt: skip


async def write(
    tx: Tx, *, to: Recipient, purpose: str, letter: Letter, channel: str = "email", by: Hand = SYSTEM
) -> Stopped | None:
    """`permit` and, if it may be, `send`; what stood against it. That her mailbox is not there is announced: somebody may ring her."""
    permitted = await permit(tx, to=to, purpose=purpose, channel=channel)
    if isinstance(permitted, Stopped):
        if permitted.why is Why.HARD_BOUNCE:
            _announce(tx, to, purpose, channel, letter, permitted)
        return permitted
    send(tx, permitted=permitted, letter=letter, by=by)
    return None


async def permit_again(tx: Tx, *, queued: Queued) -> Permitted | Stopped:
    """What was permitted when it was queued may be forbidden by now. What is stopped is announced."""
    to = Recipient(address=queued.address, customer_ids=queued.customer_ids, given_at=queued.given_at)
    found = await permit(tx, to=to, purpose=queued.purpose, channel=queued.channel)
    if isinstance(found, Stopped):
        _announce(tx, to, queued.purpose, queued.channel, queued.letter, found)
    return found


def _announce(tx: Tx, to: Recipient, purpose: str, channel: str, letter: Letter, stopped: Stopped) -> None:
    tx.emit(
        MessageStopped(
            subject=one, customer_id=one, by=SYSTEM, occurred_at=tx.now, purpose=purpose, channel=channel,
            kind=letter.kind, why=stopped.why,
        )
        for one in to.customer_ids[:1]
    )  # fmt: skip
