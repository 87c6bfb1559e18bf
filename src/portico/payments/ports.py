"""The world outside: who takes cards and wallets for us."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from portico.payments.types import Ask, InBrowser, Outcome, ProviderEvent, Transaction


class PaymentProvider(Protocol):
    """A provider of payments. One contract test (`tests/payments/contract.py`) holds for every adapter.

    Every ask carries its key: the provider does what it asks once, however often it is sent. Each call raises `Unreached`
    where it surely never got there, and `Lost` where nobody knows; it never guesses. No call is made inside a transaction.
    """

    code: str  # the handler by which tenders name it
    in_browser: InBrowser | None  # None: no page of ours can take cards for it

    async def perform(self, ask: Ask) -> Outcome:
        """Authorize, capture, void or refund, as `ask.kind` says."""
        ...

    async def find(self, ask: Ask) -> Outcome | None:
        """What has become of an ask that was sent; None where the provider never heard of it."""
        ...

    def heard(self, raw: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Read what the provider tells of its own accord. Refuses BadSignature; `raw` is the body as it came."""
        ...

    async def transactions(self, *, since: datetime, before: datetime) -> Sequence[Transaction]:
        """Money that moved in `[since, before)`, as the provider's books say."""
        ...


class Providers:
    """Those that are set up here, by their codes."""

    def __init__(self, providers: Sequence[PaymentProvider] = ()) -> None:
        self._by_code = {one.code: one for one in providers}

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._by_code)

    @property
    def in_browser(self) -> InBrowser | None:
        """The first that a page of ours can take cards for."""
        return next((one.in_browser for one in self._by_code.values() if one.in_browser), None)

    def get(self, code: str) -> PaymentProvider | None:
        return self._by_code.get(code)
