"""What a buyer is told by mail of what she sends back: that it is noted and what to do, that it has come, what went back, or why not.

A reader takes each fact once, in the transaction in which it acts: no fact makes two letters.
"""

from portico.orders import api as orders
from portico.orders.types import Head
from portico.platform import i18n
from portico.platform.db import Tx
from portico.platform.events import Recorded
from portico.privacy import api as privacy
from portico.privacy.types import Letter
from portico.returns import api as returns
from portico.returns.events import ReturnChanged
from portico.returns.types import Event, Return, State, Way

SETTLES = frozenset({Event.GRADE, Event.GRANT, Event.TAKE})


class ReturnLetters:
    """Letters about returns of orders. `public_url` is where their links lead."""

    def __init__(self, public_url: str) -> None:
        self._url = public_url

    async def __call__(self, tx: Tx, fact: Recorded) -> None:
        told = fact.fact()
        if not isinstance(told, ReturnChanged) or told.order_id is None:
            return
        found = await returns.find(tx, name=str(told.subject))
        what = letter(told.event, found)
        if what is None:
            return
        order = await orders.order(tx, order_id=told.order_id)
        if order.head.buyer_email:
            by_id = {one.id: one for one in order.lines}
            items = "\n".join(
                f"{line.title} × {i18n.quantity(order.head.language, one.quantity, line.scale)}"
                for one in found.lines
                if one.line_id and (line := by_id.get(one.line_id))
            )
            await self._send(tx, order.head, found, what, items)

    async def _send(self, tx: Tx, head: Head, found: Return, what: str, items: str) -> None:
        one = found.head
        reason = next((step.reason for step in reversed(found.steps) if step.event == Event.REJECT), "")
        places = {
            "code": one.code, "label": head.label, "items": items, "reason": reason,
            "amount": i18n.currency(head.language, one.refunded, one.currency),
            "value": i18n.currency(head.language, one.value, one.currency),
            "fee": i18n.currency(head.language, one.fee, one.currency),
            "link": f"{self._url}/orders/{head.link_token}", "print": f"{self._url}/returns/{one.link_token}/label",
        }  # fmt: skip
        letter = Letter(
            kind=f"return.{what}", language=head.language,
            subject=i18n.text(head.language, f"mail.return.{what}.subject", **places),
            text=i18n.text(head.language, f"mail.return.{what}.text", **places).strip(),
        )  # fmt: skip
        await privacy.write(tx, to=orders.recipient(head), purpose="service", letter=letter)


def letter(event: str, found: Return) -> str | None:
    """Which letter an event makes; None: none. Approved in the breath in which it was asked for it is one letter, not two."""
    at_once = any(one.event == Event.APPROVE and one.at == found.head.requested_at for one in found.steps)
    if event == "request":
        return _approved(found) if at_once else "claimed" if found.head.way is Way.CLAIM else _asked(found)
    if event == Event.APPROVE:
        return None if at_once else _approved(found)
    if event == Event.RECEIVE:
        return "received" if found.head.way is Way.POST else None
    if event == Event.REJECT:
        return "refused_why" if any(one.event == Event.REJECT and one.reason for one in found.steps) else "refused"
    return _settled(found) if event in SETTLES else None


def _approved(found: Return) -> str:
    return "post" if found.head.way is Way.POST else "bring"


def _asked(found: Return) -> str | None:
    """Taken over the counter it was asked for and done at once: she stands there."""
    return None if any(one.event == Event.TAKE for one in found.steps) else "asked"


def _settled(found: Return) -> str | None:
    if found.head.state is not State.COMPLETED:
        return None
    if found.head.refunded:
        return "refunded_less" if found.head.fee else "refunded"
    return "set_off" if found.head.value else "not_accepted"
