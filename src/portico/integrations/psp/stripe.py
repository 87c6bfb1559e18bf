"""Stripe, through its official client: PaymentIntents that are authorized first and captured when goods go out.

Every call carries the operation's id as Stripe's idempotency key and in the object's metadata, so that what was sent and not
answered can be found again. https://docs.stripe.com/api/payment_intents, https://docs.stripe.com/webhooks
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import stripe

from portico.payments.types import (
    Action,
    ActionType,
    Ask,
    BadSignature,
    InBrowser,
    Lost,
    OperationId,
    OperationKind,
    Outcome,
    ProviderEvent,
    Result,
    Transaction,
    Unreached,
)
from portico.platform import clock

KEY = "portico_operation"
JS_URL, JS_ORIGIN = "https://js.stripe.com/v3/", "https://js.stripe.com"
TIMEOUT_SECONDS = 15
PAGE = 100
LOOKED_BACK = timedelta(hours=25)  # Stripe itself knows a key for a day
LOOKED_AT_MAX = 2_000
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def in_browser(key: str, js_url: str) -> InBrowser:
    """What Stripe's own script may load and call (https://docs.stripe.com/security/guide#content-security-policy); of a script
    from elsewhere, its own origin alone."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(js_url))
    if origin != JS_ORIGIN:
        return InBrowser(
            handler=Stripe.code, script_url=js_url, key=key, scripts=(origin,), frames=(origin,), connects=(origin,)
        )
    return InBrowser(
        handler=Stripe.code, script_url=js_url, key=key,
        scripts=(JS_ORIGIN, "https://*.js.stripe.com"),
        frames=(JS_ORIGIN, "https://*.js.stripe.com", "https://hooks.stripe.com"),
        connects=("https://api.stripe.com",),
    )  # fmt: skip


class Stripe:
    """`url` is another server that speaks Stripe's protocol; None: Stripe's own. Without `publishable_key` no page takes cards."""

    code = "stripe"

    def __init__(
        self, *, key: str, webhook_secret: str = "", url: str | None = None, publishable_key: str = "", js_url: str = JS_URL
    ) -> None:  # fmt: skip
        self._webhook_secret = webhook_secret
        self.in_browser = in_browser(publishable_key, js_url) if publishable_key else None
        self._client = stripe.StripeClient(
            key,
            base_addresses={"api": url} if url else {},
            http_client=stripe.HTTPXClient(timeout=TIMEOUT_SECONDS),
            max_network_retries=0,  # whether to send again is decided by who asked, not below it
        )

    async def perform(self, ask: Ask) -> Outcome:
        """Refused by the card's bank, or by Stripe for what it was sent: declined, with Stripe's code."""
        outcome: Outcome = await self._say(self._calls[ask.kind](self, ask))
        return outcome

    async def _authorize(self, ask: Ask) -> Outcome:
        given: dict[str, Any] = {
            "amount": ask.amount, "currency": ask.currency.lower(), "capture_method": "manual",
            "payment_method_types": ["card"], "metadata": {KEY: str(ask.key)},
        }  # fmt: skip
        if not ask.hosted:
            given |= {"payment_method": ask.credential, "confirm": True}
            # Whoever has no page to come back to proves herself where she is, by Stripe's own script.
            given |= {"return_url": ask.return_url} if ask.return_url else {"use_stripe_sdk": True}
        intent = await self._client.v1.payment_intents.create_async(given, _keyed(ask))  # type: ignore[arg-type]
        return _of_intent(intent)

    async def _capture(self, ask: Ask) -> Outcome:
        intent = await self._client.v1.payment_intents.capture_async(
            _ref(ask), {"amount_to_capture": ask.amount}, _keyed(ask)
        )
        return _of_intent(intent)

    async def _void(self, ask: Ask) -> Outcome:
        return _of_intent(await self._client.v1.payment_intents.cancel_async(_ref(ask), {}, _keyed(ask)))

    async def _refund(self, ask: Ask) -> Outcome:
        refund = await self._client.v1.refunds.create_async(
            {"payment_intent": _ref(ask), "amount": ask.amount, "metadata": {KEY: str(ask.key)}}, _keyed(ask)
        )
        return _of_refund(refund)

    _calls: "dict[OperationKind, Callable[[Stripe, Ask], Awaitable[Outcome]]]" = {
        OperationKind.AUTHORIZE: _authorize,
        OperationKind.CAPTURE: _capture,
        OperationKind.VOID: _void,
        OperationKind.REFUND: _refund,
    }

    async def find(self, ask: Ask) -> Outcome | None:
        """What of an ask Stripe knows; of a capture or a void, None while it has not been done."""
        found: Outcome | None = await self._say(self._find(ask))
        return found

    async def _find(self, ask: Ask) -> Outcome | None:
        if ask.kind is OperationKind.REFUND:
            async for refund in self._pages(self._client.v1.refunds.list_async, {"payment_intent": _ref(ask)}):
                if _marked(refund) == str(ask.key):
                    return _of_refund(refund)
            return None
        if ask.provider_ref is None:
            async for intent in self._pages(self._client.v1.payment_intents.list_async, {}):
                if _marked(intent) == str(ask.key):
                    return _of_intent(intent)
            return None
        found = _of_intent(await self._client.v1.payment_intents.retrieve_async(ask.provider_ref))
        undone = ask.kind in (OperationKind.CAPTURE, OperationKind.VOID) and found.result in (
            Result.AUTHORIZED, Result.ACTION,
        )  # fmt: skip
        return None if undone else found

    async def _pages(self, ask: Callable[..., Awaitable[Any]], given: dict[str, Any]) -> AsyncIterator[Any]:
        """Newest first, as far back as Stripe remembers keys."""
        page = await ask({**given, "limit": PAGE})
        since, seen = (clock.now() - LOOKED_BACK).timestamp(), 0
        async for one in page.auto_paging_iter():
            seen += 1
            if one.created < since or seen > LOOKED_AT_MAX:
                return
            yield one

    def heard(self, raw: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Refuses BadSignature: forged, altered, too old, or no secret was set. What came of it is asked, not taken from here."""
        try:
            event = stripe.Webhook.construct_event(
                raw, headers.get("stripe-signature", ""), self._webhook_secret or "none"
            )
        except (stripe.SignatureVerificationError, ValueError) as forged:
            raise BadSignature() from forged
        if not self._webhook_secret:
            raise BadSignature()
        about = event.data.object
        return ProviderEvent(
            id=event.id, type=event.type, key=_key(_marked(about)),
            ref=getattr(about, "payment_intent", None) or about.id,
        )  # fmt: skip

    async def transactions(self, *, since: datetime, before: datetime) -> Sequence[Transaction]:
        """Stripe's balance transactions of charges and refunds, before its fees."""
        found: Sequence[Transaction] = await self._say(self._transactions(since, before))
        return found

    async def _transactions(self, since: datetime, before: datetime) -> list[Transaction]:
        # Expanded: a balance transaction by itself names the charge, and not the payment that it was for.
        page = await self._client.v1.balance_transactions.list_async({"limit": PAGE, "expand": ["data.source"]})
        found = []
        async for one in page.auto_paging_iter():
            if one.created < since.timestamp():
                break
            if one.created < before.timestamp() and one.type in ("charge", "refund", "payment", "payment_refund"):
                found.append(_moved(one))
        return found

    async def _say(self, call: Awaitable[Any]) -> Any:
        """Tell apart what was refused, what never got there, and what nobody knows."""
        try:
            return await call
        except stripe.CardError as declined:
            return Outcome(
                result=Result.DECLINED, ref=_failed_intent(declined), error=_why(declined.error, declined.code)
            )
        except stripe.APIConnectionError as trouble:
            if isinstance(trouble.__cause__, NOT_SENT):
                raise Unreached(str(trouble)) from trouble
            raise Lost(str(trouble)) from trouble
        except (stripe.RateLimitError, stripe.AuthenticationError, stripe.PermissionError) as turned_away:
            raise Unreached(type(turned_away).__name__) from turned_away
        except (stripe.InvalidRequestError, stripe.IdempotencyError) as bad:
            return Outcome(result=Result.DECLINED, error=bad.code or "invalid_request")
        except stripe.StripeError as trouble:
            raise Lost(str(trouble)) from trouble


def _moved(one: Any) -> Transaction:
    """By the names that outcomes gave: what came in by its intent, what went back by its refund."""
    source = one.source
    own = source if isinstance(source, str) else str(source.id)
    intent = str(getattr(source, "payment_intent", None) or "")
    return Transaction(
        ref=own if one.amount < 0 or not intent else intent, amount=one.amount, currency=one.currency.upper(),
        occurred_at=datetime.fromtimestamp(one.created, UTC), payment_ref=intent,
    )  # fmt: skip


def _keyed(ask: Ask) -> Any:
    return {"idempotency_key": str(ask.key)}


def _ref(ask: Ask) -> str:
    if ask.provider_ref is None:
        raise Unreached(f"{ask.payment_id} is not known there")
    return ask.provider_ref


def _marked(thing: Any) -> str | None:
    """The operation that a thing of Stripe's was made for, if it was for one of ours."""
    metadata = getattr(thing, "metadata", None)
    return getattr(metadata, KEY, None) if metadata else None


def _key(text: str | None) -> OperationId | None:
    try:
        return OperationId.parse(text) if text else None
    except ValueError:
        return None


def _failed_intent(declined: stripe.CardError) -> str | None:
    intent = getattr(declined.error, "payment_intent", None)
    return intent.id if intent is not None else None


def _why(error: Any, code: str | None = None) -> str:
    """Why a card was declined. Of the bank's own reasons only the one that may be told to whoever holds the card."""
    if getattr(error, "decline_code", None) == "insufficient_funds":
        return "insufficient_funds"
    return code or getattr(error, "code", None) or "card_declined"


def _of_intent(intent: Any) -> Outcome:
    match intent.status:
        case "requires_capture":
            return Outcome(result=Result.AUTHORIZED, ref=intent.id, **_card(intent))
        case "succeeded":
            return Outcome(result=Result.CAPTURED, ref=intent.id, **_card(intent))
        case "canceled":
            return Outcome(result=Result.VOIDED, ref=intent.id)
        case "requires_payment_method" if intent.last_payment_error:
            return Outcome(result=Result.DECLINED, ref=intent.id, error=_why(intent.last_payment_error))
        case "requires_action" | "requires_payment_method" | "requires_confirmation":
            return Outcome(result=Result.ACTION, ref=intent.id, action=_action(intent))
    raise Lost(f"{intent.id} is {intent.status}")  # processing: nobody knows yet


def _action(intent: Any) -> Action:
    following = intent.next_action
    if following and following.type == "redirect_to_url":
        return Action(ActionType.REDIRECT, url=following.redirect_to_url.url, client_secret=intent.client_secret or "")
    return Action(ActionType.CONFIRM, client_secret=intent.client_secret or "")


def _card(intent: Any) -> dict[str, Any]:
    """Brand and last four digits, where the charge came along; it is not asked for them alone."""
    charge = intent.latest_charge
    details = getattr(charge, "payment_method_details", None) if charge and not isinstance(charge, str) else None
    card = getattr(details, "card", None)
    return {"brand": card.brand or "", "last4": card.last4 or ""} if card else {}


def _of_refund(refund: Any) -> Outcome:
    if refund.status in ("failed", "canceled"):
        return Outcome(
            result=Result.DECLINED, ref=refund.id, error=getattr(refund, "failure_reason", None) or refund.status
        )
    return Outcome(result=Result.REFUNDED, ref=refund.id)
