"""Sending something back from an order's page: what, why and how; what would go back and what is kept, before it is asked for.

The choice stands in the address, so that going back and reloading lose nothing; only asking is a form that is posted.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar import Response, get, post

from portico.channels.shop import forms
from portico.channels.shop.page import Choice, page, see, sentence
from portico.channels.shop.visit import Visit, visit
from portico.channels.shop.whose import hers
from portico.channels.shop.words import read_quantity
from portico.orders.types import Order, OrderLine
from portico.platform import i18n
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId
from portico.returns import api
from portico.returns.types import (
    BadReturn,
    Block,
    Eligible,
    NewLine,
    NewReturn,
    NotTaken,
    Return,
    ReturnId,
    ReturnReason,
    Way,
)

ANY = (ReturnReason.CHANGED_MIND, ReturnReason.OTHER)
OURS = (ReturnReason.DAMAGED, ReturnReason.WRONG_ITEM, ReturnReason.NOT_AS_DESCRIBED, ReturnReason.LATE)


class LineRow(msgspec.Struct, frozen=True):
    """A line of the order: how many of it may come back, or why none may. `only` says what it may come back for."""

    id: str
    title: str
    left: str
    until: str
    refused: str
    only: str
    quantity: str
    whole: bool
    reasons: tuple[Choice, ...]
    error: str


class BackRow(msgspec.Struct, frozen=True):
    label: str
    amount: str


class Seen(msgspec.Struct, frozen=True):
    """What asking would come to: rows of a sum, where it goes, and `key`, under which it is asked for once."""

    lines: tuple[str, ...]
    rows: tuple[BackRow, ...]
    backs: tuple[str, ...]
    how: str
    change: str
    fields: tuple[tuple[str, str], ...]
    key: str
    note: str


class ReturnPage(msgspec.Struct, frozen=True):
    """`nothing` says why there is nothing to choose; `seen` is what was chosen, and what it would come to."""

    token: str
    label: str
    error: str
    nothing: str
    lines: tuple[LineRow, ...]
    ways: tuple[Choice, ...]
    seen: Seen | None


class Judged(msgspec.Struct, frozen=True):
    """A line of the order, as the room judges it for each kind of reason and way."""

    line: OrderLine
    mind: Eligible
    fault: Eligible
    missing: Eligible
    post: Eligible

    @property
    def reasons(self) -> tuple[ReturnReason, ...]:
        never = (ReturnReason.MISSING_PARCEL,) if not self.missing.blocks else ()
        return (*(ANY[:1] if not self.mind.blocks else ()), *(OURS if not self.fault.blocks else ()), *never, *(ANY[1:] if not self.mind.blocks else ()))  # fmt: skip


@get("/orders/{token:str}/return", include_in_schema=False)
async def choose(door: Door, token: str) -> Response[Any]:
    """What may come back, to choose from; with `look=1` what was chosen and what it would come to. Nothing is written."""
    here = await visit(door)
    found = await hers(here, token)
    typed = {name: forms.clean(value) for name, value in door.request.query_params.multi_items()}
    if typed.get("look") != "1":
        return await _form(here, found, typed)
    return await _look(here, found, typed)


@post("/orders/{token:str}/return", include_in_schema=False)
async def ask(door: Door, token: str) -> Response[Any]:
    """Ask for it, once: pressed twice it is the same return."""
    here = await visit(door)
    found = await hers(here, token)
    typed = await forms.read(door)
    lines, errors = _lines(here, found, typed)
    if errors or not lines:
        return await _form(here, found, typed, errors=errors, error=here.say("shop.return.choose"), status=422)
    new = msgspec.structs.replace(_new(found, lines, typed), id=_key(typed.get("key", "")), note=typed.get("note", ""))
    try:
        async with door.database.transaction() as tx:
            made = await api.request(tx, new=new, by=door.hand)
    except Refused as refused:
        return await _refused(here, found, typed, refused)
    return see(f"/orders/{found.head.link_token}?returned={made.head.code}")


def may(found: Order) -> bool:
    """Whether the page offers it: something has gone out and has not come back. What may, and why not, is told on its page."""
    return any(one.fulfilled > one.returned + one.exchanged for one in found.lines)


def _key(text: str) -> ReturnId:
    try:
        return ReturnId.parse(text)
    except ValueError:
        return ReturnId.new()


async def _look(here: Visit, found: Order, typed: Mapping[str, str]) -> Response[str]:
    lines, errors = _lines(here, found, typed)
    if errors or not lines:
        error = "" if errors else here.say("shop.return.choose")
        return await _form(here, found, typed, errors=errors, error=error, status=422)
    try:
        async with here.door.database.transaction() as tx:
            foreseen = await api.foresee(tx, new=_new(found, lines, typed), by=here.door.hand)
    except Refused as refused:
        return await _refused(here, found, typed, refused)
    return await _page(here, found, seen=_seen(here, found, lines, typed, foreseen))


def _new(found: Order, lines: Sequence[NewLine], typed: Mapping[str, str]) -> NewReturn:
    return NewReturn(lines=tuple(lines), order_id=found.head.id, way=_way(lines, typed))


def _way(lines: Sequence[NewLine], typed: Mapping[str, str]) -> Way:
    """How she says that it comes; of what never came nothing does."""
    if lines and all(one.reason is ReturnReason.MISSING_PARCEL for one in lines):
        return Way.CLAIM
    return Way.POST if typed.get("way") == Way.POST else Way.COUNTER


def _lines(here: Visit, found: Order, typed: Mapping[str, str]) -> tuple[list[NewLine], dict[LineItemId, str]]:
    """What was chosen, and what is wrong with what was typed, line by line."""
    lines, errors = [], {}
    for one in found.lines:
        text = typed.get(f"q_{one.id}", "")
        if not text:
            continue
        quantity = read_quantity(text, one.scale)
        if quantity is None:
            errors[one.id] = here.say("shop.return.quantity_wrong")
        elif quantity:
            reason = typed.get(f"r_{one.id}", "")
            known = ReturnReason(reason) if reason in set(ReturnReason) else None
            if known is None:
                errors[one.id] = here.say("shop.return.reason_wanted")
                continue
            lines.append(NewLine(line_id=one.id, quantity=quantity, reason=known))
    return lines, errors


async def _refused(here: Visit, found: Order, typed: Mapping[str, str], refused: Refused) -> Response[str]:
    """Said plainly, at the line it is about, with everything that was typed."""
    errors: dict[LineItemId, str] = {}
    error = sentence(refused, here.language)
    if isinstance(refused, NotTaken):
        error = here.say("shop.return.not_taken")
        errors = {
            one.id: here.say(f"shop.return.block.{blocks[0]}")
            for one in found.lines
            if (blocks := refused.lines.get(str(one.id)))
        }
    elif isinstance(refused, BadReturn) and refused.field == "reason":
        error = here.say("shop.return.apart")
    return await _form(here, found, typed, errors=errors, error=error, status=refused.status)


async def _form(
    here: Visit, found: Order, typed: Mapping[str, str], *, errors: Mapping[LineItemId, str] | None = None, error: str = "",
    status: int = 200,
) -> Response[str]:  # fmt: skip
    async with here.door.database.read() as tx:
        judged = await _judged(tx, found)
    rows = tuple(_row(here, one, typed, (errors or {}).get(one.line.id, "")) for one in judged)
    open_rows = [one for one in judged if one.reasons]
    nothing = "" if open_rows else here.say("shop.return.nothing")
    ways = _ways(here, found, open_rows, typed) if open_rows else ()
    return await _page(here, found, error=error, nothing=nothing, lines=rows, ways=ways, status=status)


async def _judged(tx: Tx, found: Order) -> list[Judged]:
    asks = (
        (ReturnReason.CHANGED_MIND, Way.COUNTER), (ReturnReason.DAMAGED, Way.COUNTER), (ReturnReason.MISSING_PARCEL, Way.CLAIM),
        (ReturnReason.CHANGED_MIND, Way.POST),
    )  # fmt: skip
    answers = [await api.eligible(tx, order=found, reason=reason, way=way) for reason, way in asks]
    return [Judged(line, *each) for line, *each in zip(found.lines, *answers, strict=True)]


def _row(here: Visit, one: Judged, typed: Mapping[str, str], error: str) -> LineRow:
    line, words = one.line, here.words
    chosen = typed.get(f"r_{line.id}", "")
    ours = one.mind.blocks and not one.fault.blocks
    until = one.fault.until if ours else one.mind.until
    return LineRow(
        id=str(line.id),
        title=line.title,
        left=_left(here, line, one.mind.left),
        until=here.say("shop.return.until", day=words.moment(until, here.zone)) if until and one.reasons else "",
        refused="" if one.reasons else _why_not(here, one),
        only=here.say(f"shop.return.only.{one.mind.blocks[0]}") if ours and one.reasons else "",
        quantity=typed.get(f"q_{line.id}", ""),
        whole=line.scale == 0,
        reasons=tuple(Choice(each, here.say(f"shop.return.reason.{each}"), each == chosen) for each in one.reasons),
        error=error,
    )


def _left(here: Visit, line: OrderLine, left: int) -> str:
    if line.scale == 0 and line.unit == "C62":
        return here.say("shop.return.left_pieces", count=left)
    return here.say("shop.return.left", quantity=here.words.quantity(left, scale=line.scale, unit=line.unit))


def _why_not(here: Visit, one: Judged) -> str:
    line = one.line
    if not line.fulfilled:
        return here.say("shop.return.block.not_yet")
    if line.returned + line.exchanged >= line.fulfilled:
        return here.say("shop.return.block.returned")
    if not one.mind.left:
        return here.say("shop.return.block.asked")
    return here.say(f"shop.return.block.{one.fault.blocks[0]}")


def _ways(here: Visit, found: Order, judged: Sequence[Judged], typed: Mapping[str, str]) -> tuple[Choice, ...]:
    """How it may come: brought to a store where there is one, posted where the policy of any of it allows that."""
    names = [Way.COUNTER] if here.directory.stores(found.head.market_id) else []
    if any(Block.NOT_BY_POST not in one.post.blocks for one in judged):
        names.append(Way.POST)
    chosen = typed.get("way", "")
    picked = chosen if chosen in names else names[0] if names else ""
    return tuple(Choice(one, here.say(f"shop.return.way.{one}"), one == picked) for one in names)


def _seen(here: Visit, found: Order, lines: Sequence[NewLine], typed: Mapping[str, str], back: Return) -> Seen:
    words = msgspec.structs.replace(here.words, currency=found.head.currency)
    by_id = {one.id: one for one in found.lines}
    rows = [BackRow(here.say("shop.return.worth"), words.money(back.head.value - back.carriage))]
    if back.carriage:
        rows.append(BackRow(i18n.text(here.language, "totals.fulfillment"), words.money(back.carriage)))
    if back.head.fee:
        rows.append(BackRow(here.say("shop.return.kept"), words.money(-back.head.fee)))
    way = _way(lines, typed)
    fields = [(f"q_{one.line_id}", words.typed(one.quantity, by_id[one.line_id].scale)) for one in lines if one.line_id]
    fields += [(f"r_{one.line_id}", str(one.reason)) for one in lines if one.line_id]
    fields.append(("way", str(way)))
    said = [
        here.say(
            "shop.return.line", title=(line := by_id[one.line_id]).title,
            quantity=words.quantity(one.quantity, scale=line.scale, unit=line.unit),
            reason=here.say(f"shop.return.reason.{one.reason}"),
        )
        for one in lines
        if one.line_id
    ]  # fmt: skip
    backs = tuple(
        here.say("shop.cancel.back", amount=words.money(one.amount), to=here.say(f"shop.cancel.to.{_kind(one.to)}"))
        for one in back.refunds
    )
    query = "&".join(f"{name}={value}" for name, value in fields)
    return Seen(
        lines=tuple(said), rows=tuple(rows), backs=backs, how=here.say(f"shop.return.how.{way}"),
        change=f"/orders/{found.head.link_token}/return?{query}", fields=tuple(fields), key=str(ReturnId.new()),
        note=typed.get("note", ""),
    )  # fmt: skip


def _kind(to: str) -> str:
    return to if to in ("cash", "terminal", "gift_card", "store_credit", "points") else "provider"


async def _page(
    here: Visit, found: Order, *, error: str = "", nothing: str = "", lines: tuple[LineRow, ...] = (),
    ways: tuple[Choice, ...] = (), seen: Seen | None = None, status: int = 200,
) -> Response[str]:  # fmt: skip
    head = found.head
    view = ReturnPage(head.link_token, head.label, error, nothing, lines, ways, seen)
    title = here.say("shop.return.title", label=head.label)
    return await page(here, "return.html", title=title, status=status, noindex=True, view=view)


routes: list[Any] = [choose, ask]
