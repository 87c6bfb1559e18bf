"""What waits for approval at her company: one request, with its basket at today's prices, and what is decided about it."""

from typing import Any

import msgspec
from litestar import Response, get, post

from portico.approvals import api as approvals
from portico.approvals.types import BadNote, RequestId, State
from portico.carts import api as carts
from portico.carts.types import Edit, Owner
from portico.channels.shop import basket, forms
from portico.channels.shop.page import page, see, sentence
from portico.channels.shop.totals import TotalRow
from portico.channels.shop.visit import Visit, visit
from portico.companies.types import ApprovalReason
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.orders import api as orders
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.platform.refusals import NotFound, Refused

TONES = {State.REQUESTED: "warn", State.APPROVED: "good", State.REFUSED: "bad"}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request for approval with its basket at today's prices."""

    id: str
    status: str
    tone: str
    who: str
    when: str
    why: tuple[str, ...]
    note: str
    po_number: str
    lines: tuple[tuple[str, str, str], ...]
    totals: tuple[TotalRow, ...]
    now: str
    changed: str
    expected_total: int
    may_decide: bool
    may_withdraw: bool
    again: bool
    reason: str
    order: str
    order_href: str  # to whom it is hers
    problem: str
    no_reason: str


@get("/account/company/approvals/{asked:str}", include_in_schema=False)
async def show_request(door: Door, asked: str) -> Response[Any]:
    here = await visit(door)
    if here.asker.customer_id is None:
        return see(f"/sign-in?next=/account/company/approvals/{asked[:60]}")
    return await _request_page(here, forms.parsed(RequestId, asked))


async def _request_page(
    here: Visit, id: RequestId, *, problem: str = "", no_reason: str = "", status: int = 200
) -> Response[Any]:
    async with here.door.database.read() as tx:
        view = await _asked(here, tx, id, problem, no_reason)
    return await page(
        here, "approval.html", title=here.say("shop.approval.title"), status=status, noindex=True, view=view
    )


async def _asked(here: Visit, tx: Tx, id: RequestId, problem: str, no_reason: str) -> Asked:
    who = here.asker.customer_id
    assert who is not None
    found, records = await approvals.seen_by(tx, id=id, customer_id=who)
    mine = found.customer_id in records
    state = approvals.standing(found, at=tx.now)
    view = await approvals.basket(
        tx, request=found, directory=here.directory, language=here.language, by=here.door.hand
    )
    now = next((one.amount for one in view.totals if one.type == "total"), 0)
    people = await customers.briefs(tx, ids=[found.customer_id])
    order = await orders.order(tx, order_id=found.order_id) if found.order_id else None
    return Asked(
        id=str(id), status=here.say(f"shop.company.state.{state}"), tone=TONES.get(state, ""),
        who=people[found.customer_id].name if found.customer_id in people else "",
        when=here.words.moment(found.requested_at, here.zone), why=tuple(why(here, one) for one in found.reasons),
        note=found.note, po_number=found.wanted.po_number,
        lines=tuple(
            (one.variant.title, here.words.quantity(one.quantity, scale=one.scale, unit=one.unit),
             here.words.money(one.gross))
            for one in view.lines
        ),
        totals=basket.total_rows(here, view), now=here.amount(now, found.currency),
        changed=here.say("shop.approval.changed", amount=here.amount(found.total, found.currency))
        if now != found.total and state is State.REQUESTED
        else "",
        expected_total=now, may_withdraw=mine and state is State.REQUESTED,
        may_decide=state is State.REQUESTED and await approvals.may_decide(tx, request=found, records=records),
        again=mine and state in (State.REFUSED, State.WITHDRAWN, State.LAPSED), reason=found.reason,
        order=order.head.label if order else "",
        order_href=f"/orders/{order.head.link_token}" if order and mine else "", problem=problem, no_reason=no_reason,
    )  # fmt: skip


def why(here: Visit, one: ApprovalReason) -> str:
    """Why somebody has to approve it, in words."""
    limit, amount = here.amount(one.limit, one.currency), here.amount(one.amount, one.currency)
    return here.say(f"shop.approval.why.{one.why}", limit=limit, amount=amount)


@post("/account/company/approvals/{asked:str}", include_in_schema=False)
async def decide(door: Door, asked: str) -> Response[Any]:
    """Approve at what is shown, refuse with a reason, withdraw, or put what was refused back into the basket."""
    here, typed = await visit(door), await forms.read(door)
    who, id = here.asker.customer_id, forms.parsed(RequestId, asked)
    if who is None:
        return see(f"/sign-in?next=/account/company/approvals/{id}")
    try:
        async with door.database.transaction() as tx:
            match typed.get("do", ""):
                case "approve":
                    await approvals.approve(
                        tx, id=id, customer_id=who, expected_total=-1 if (shown := forms.total(typed)) is None else shown,
                        directory=here.directory, by=door.hand,
                    )  # fmt: skip
                case "refuse":
                    await approvals.refuse(tx, id=id, customer_id=who, reason=typed.get("reason", ""), by=door.hand)
                case "withdraw":
                    await approvals.withdraw(tx, id=id, customer_id=who, by=door.hand)
                case "again":
                    await _put_back(here, tx, id, who)
                    return see("/basket")
    except NotFound:
        raise
    except BadNote as refused:
        return await _request_page(here, id, no_reason=sentence(refused, here.language), status=refused.status)
    except Refused as refused:
        return await _request_page(here, id, problem=sentence(refused, here.language), status=refused.status)
    return see(f"/account/company/approvals/{id}")


async def _put_back(here: Visit, tx: Tx, id: RequestId, who: CustomerId) -> None:
    """What was asked for is in her basket again."""
    found = await approvals.request(tx, id=id)
    if found.customer_id not in await identity.own_records(tx, id=who):
        raise NotFound(what="approval", id=str(id))
    made = await carts.create(tx, market_id=found.market_id, owner=Owner(customer_id=who), by=here.door.hand)
    for one in found.wanted.lines:
        await carts.edit(
            tx, edit=Edit(cart_id=made.head.id, by=here.door.hand, variant_id=one.variant_id, quantity=one.quantity)
        )


routes: list[Any] = [show_request, decide]
