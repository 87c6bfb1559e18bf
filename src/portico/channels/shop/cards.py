"""Cards on the shop's pages: a provider's own script takes them in the buyer's browser, and we get its token for them.

Where no provider is set up, nothing here shows. Where its script does not run, the page says so and leaves the other ways of paying.
"""

from collections.abc import Mapping, Sequence

import msgspec

from portico.channels.shop.visit import Visit
from portico.payments.ports import Providers
from portico.payments.types import ActionType, InBrowser, Payment, State, Tender
from portico.platform.http import policy

TOKEN, PAY, CARD = "card_token", "pay", "card"
# What a provider calls the reasons that may be told to a buyer, and how we put them; anything else is a plain no.
REASONS = {
    "insufficient_funds": "funds", "expired_card": "expired", "invalid_expiry_year": "expired", "incorrect_cvc": "number",
    "incorrect_number": "number", "invalid_number": "number", "payment_intent_authentication_failure": "proof",
    "authentication_required": "proof", "processing_error": "again",
}  # fmt: skip


class CardView(msgspec.Struct, frozen=True, kw_only=True):
    """What the page's script needs to have a card taken, and what is `missing` where it does not run. `chosen`: she pays with it;
    `error` is what is wrong with it."""

    script_url: str
    key: str
    missing: str
    error: str = ""
    chosen: bool = False


class Paying(msgspec.Struct, frozen=True, kw_only=True):
    """A payment on its way. `secret` is what the provider's script proves her with, `url` the page where she does so herself;
    with neither the provider's answer is still waited for."""

    action: str
    checkout_id: str
    amount: str
    secret: str
    url: str
    card: CardView

    @property
    def proves(self) -> bool:
        return bool(self.secret or self.url)


def in_browser(here: Visit) -> InBrowser | None:
    """The provider that takes cards on our pages, if there is one."""
    return here.door.shared(Providers).in_browser


def view(here: Visit, *, chosen: bool = False, error: str = "", missing: str = "missing") -> CardView | None:
    """Nothing, where nobody takes cards."""
    found = in_browser(here)
    if found is None:
        return None
    return CardView(
        script_url=found.script_url, key=found.key, missing=here.say(f"shop.card.{missing}"), error=error, chosen=chosen
    )


def policy_of(here: Visit) -> str | None:
    """What a page with a card on it may load: what is ours, and exactly the provider's."""
    found = in_browser(here)
    return policy(scripts=found.scripts, frames=found.frames, connects=found.connects) if found else None


def wanted(here: Visit, typed: Mapping[str, str]) -> bool:
    """Whether she said that she pays by card, where that can be."""
    return typed.get(PAY) == CARD and in_browser(here) is not None


def tender(here: Visit, typed: Mapping[str, str]) -> Tender | None:
    """The card that she gave to the provider, for whatever the others leave; None where she gave none."""
    found, token = in_browser(here), typed.get(TOKEN, "")
    return Tender(handler=found.handler, credential=token) if found and token else None


def why(here: Visit, error: str) -> str:
    """Why it was declined, in her words."""
    return here.say(f"shop.card.declined.{REASONS.get(error, 'plain')}")


def _hers_to_do(one: Payment) -> bool:
    """Not what was opened for a page of the provider's own: no card was given for that yet."""
    return one.state is State.REQUIRES_ACTION and one.action is not None and not one.details.get("hosted")


def paying(
    here: Visit, payments: Sequence[Payment], *, action: str, amount: str, checkout_id: str = ""
) -> Paying | None:
    """What is on its way among these; None where nobody takes cards on a page."""
    card = view(here)
    if card is None:
        return None
    waiting = next((one for one in payments if _hers_to_do(one)), None)
    todo = waiting.action if waiting else None
    url = todo.url if todo and todo.type is ActionType.REDIRECT and todo.url.startswith("https://") else ""
    return Paying(
        action=action, checkout_id=checkout_id, amount=amount, url=url, card=card,
        secret=todo.client_secret if todo and not url else "",
    )  # fmt: skip
