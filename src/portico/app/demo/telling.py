"""What the demo's people agreed to, what is asked for them, and where nothing may be sent: through privacy's own commands."""

from collections.abc import Mapping, Sequence

from portico.app.personal import HOUSE
from portico.business.api import Directory
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.privacy import api
from portico.privacy.api import NewSuppression
from portico.privacy.types import NewWord, Proof, SuppressedFor, Whom

GUEST = "guest.reader@example.com"
GONE, QUIET = "no.such.mailbox@example.com", "+34600000199"
REASON = {
    "es": "Me mudo y no compraré más aquí.", "it": "Mi trasferisco e non comprerò più qui.",
    "ru": "Я переезжаю и больше не буду покупать.", "gb": "I am moving away and shall not shop here again.",
}  # fmt: skip
# By whom: purpose, channel, yes or no, where it was said. What comes later counts.
SAID = (
    (("marketing", "email", True, "web"), ("personalisation", "any", True, "web"), ("marketing", "sms", True, "till")),
    (("marketing", "email", True, "till"), ("marketing", "email", False, "letter")),
    (("research", "email", False, "preference_centre"),),
    (("marketing", "any", True, "desk"), ("profiling", "any", True, "web")),
)


async def put(tx: Tx, *, directory: Directory, people: Mapping[str, Sequence[CustomerId]], by: Hand) -> None:
    """In every market: some said yes, one of them no again later, one wants to be forgotten; one has asked for all we hold."""
    channels = {one.code: one.id.uuid for one in directory.channels.values()}
    languages = {one.code: one.language for one in directory.markets.values()}
    for market, some in people.items():
        for customer_id, words in zip(some, SAID, strict=False):
            hand = Hand(
                actor=f"customer:{customer_id.bytes.hex()}",
                actor_name=await _name(tx, customer_id),
                channel_id=channels["web"],
            )
            for purpose, channel, granted, source in words:
                word = NewWord(
                    purpose=purpose, channel=channel, granted=granted, source=source, language=languages[market]
                )
                await api.record(tx, whom=Whom((customer_id,)), words=[word], by=hand, proof=Proof(note="demo"))
        last = some[-1]
        own = Hand(actor=f"customer:{last.bytes.hex()}", actor_name=await _name(tx, last), channel_id=channels["web"])
        await api.ask_erasure(tx, house=HOUSE, customer_id=last, reason=REASON[market], by=own)
    first = people[next(iter(people))][0]
    await api.ask_export(tx, customer_id=first, language=languages[next(iter(people))], by=by)
    letter = Whom((), customers.contact(GUEST))
    word = NewWord(purpose="marketing", channel="email", granted=True, source="shop_footer", language="en")
    await api.record(tx, whom=letter, words=[word], by=by, proof=Proof(note="demo"))
    news = [
        NewSuppression(address=GONE, reason=SuppressedFor.HARD_BOUNCE),
        NewSuppression(address=QUIET, reason=SuppressedFor.DO_NOT_CALL, channel="phone"),
    ]
    await api.suppress(tx, news=news, source="mail provider", by=by)


async def _name(tx: Tx, customer_id: CustomerId) -> str:
    return (await customers.customer(tx, id=customer_id)).name
