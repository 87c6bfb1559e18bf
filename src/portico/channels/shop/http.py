"""The shop's routes, and its way of telling a problem to somebody with a browser."""

from typing import Any

from portico.channels.shop import (
    account,
    approving,
    basket,
    baton,
    browse,
    buying,
    buying_for,
    canceling,
    checkout,
    choices,
    company,
    documents,
    item,
    linked,
    mine,
    orders,
    preferences,
    returned,
    returning,
    signing,
    times,
    wallet,
    working,
)
from portico.channels.shop.page import problem_page, sentence, wants_page

__all__ = ["problem_page", "routes", "sentence", "wants_page"]

routes: list[Any] = [
    *browse.routes, *item.routes, *basket.routes, *baton.routes, *checkout.routes, *buying.routes, *orders.routes, *linked.routes, *canceling.routes, *returning.routes, *returned.routes, *working.routes, *account.routes, *mine.routes, *preferences.routes, *signing.routes,
    *choices.routes, *times.routes, *documents.routes, *wallet.routes, *company.routes, *buying_for.routes, *approving.routes,
]  # fmt: skip
