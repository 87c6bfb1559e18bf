"""What was charged for carriage stays as it was agreed, goes back when nothing comes any more, and stands on paper beside the goods."""

import msgspec
import pytest
from tests.documents import paper
from tests.documents.test_exchanges import papers
from tests.loyalty import members
from tests.loyalty.test_points import grant
from tests.orders.test_editing import cancel, drawer, edit
from tests.orders.test_orders import MUG, ask, cashier, hand_over, line, place, placed, read, state_of_things
from tests.pricing.test_carriage import set_rates
from tests.pricing.test_carriage_rules import rate
from tests.pricing.test_redeeming import live, uses
from tests.returns.test_returns import back, take
from tests.world import SKUS, World

from portico.app import verification
from portico.business.types import Address
from portico.documents import api as documents
from portico.documents.rendering import Form, render
from portico.documents.types import Document
from portico.loyalty import api as loyalty
from portico.orders.types import (
    AddLine,
    LineQuantity,
    Method,
    MoveLine,
    Order,
    OrderId,
    PlaceLine,
    ShipTo,
    State,
    Term,
    TotalChanged,
)
from portico.platform.db import Database
from portico.pricing.types import Rule, UnknownCoupon
from portico.pricing.types.promotions import Caps
from portico.pricing.types.promotions import Carriage as CarriageOff
from portico.returns.types import Instead

LAMP = SKUS["LAMP-1"]
HOME = ShipTo(Address("Calle de Ayala 45", "Madrid", "28001", "ES"))
RATES = (rate("ship", (0, 490), (10000, 0)), rate("collect", (0, 150), tax_category="reduced"))


async def sent(database: Database, world: World, *lines: PlaceLine, **what: object) -> Order:
    """An order to be sent home, paid in cash at a till."""
    given = {"term": Term.NOW, "tendered": 20_000, "ship_to": HOME, **what}
    return await placed(database, ask(world, *lines, **given))


def parts(order: Order) -> tuple[int, int, int, int]:
    head = order.head
    assert head.subtotal + head.items_discount + head.discount + head.fulfillment + head.tax + head.fee == head.total
    assert sum(one.amount for one in order.taxes) == head.tax
    return head.fulfillment, head.carriage.gross if head.carriage else 0, head.total, head.paid - head.refunded


async def test_it_is_a_component_of_the_order_with_its_own_tax(database: Database, world: World) -> None:
    await set_rates(database, world, *RATES)
    order = await sent(database, world, line(world, "MUG-1", 2, Method.SHIP))
    assert parts(order) == (405, 490, 2 * MUG + 490, 2 * MUG + 490)
    collected = await placed(database, ask(world, line(world, "MUG-1", 2)))
    assert parts(collected)[:3] == (136, 150, 2 * MUG + 150)
    assert [(one.rate_ppm, one.amount) for one in collected.taxes] == [(100_000, 14), (210_000, 434)]
    mixed = await sent(database, world, line(world, "MUG-1", 1, Method.SHIP), line(world, "MUG-1", 1))
    assert parts(mixed)[1] == 490  # once, for the dearest
    carried = await placed(database, ask(world, line(world, "MUG-1", 1, Method.CARRY_OUT), term=Term.NOW, tendered=MUG))
    assert carried.head.carriage is None and parts(carried)[:3] == (0, 0, MUG)
    assert await read(database, order) == order
    assert await verification.differences(database) == []


async def test_where_it_goes_and_through_which_channel_decides(database: Database, world: World) -> None:
    abroad = rate("ship", (0, 1490), countries=("FR",))
    await set_rates(database, world, *RATES, abroad, rate("ship", (0, 390), channels=("pos",)))
    paris = ShipTo(Address("Rue de Rivoli 1", "Paris", "75001", "FR"))
    till = msgspec.structs.replace(cashier(world), channel_id=world.channels["pos"].uuid)
    for to, by, charged in ((HOME, cashier(world), 490), (paris, cashier(world), 1490), (HOME, till, 390), (paris, till, 1490)):  # fmt: skip
        order = await sent(database, world, line(world, "MUG-1", 1, Method.SHIP), ship_to=to, by=by)
        assert parts(order)[1] == charged


async def test_another_total_than_the_one_shown_is_refused_and_leaves_nothing(database: Database, world: World) -> None:
    before = await state_of_things(database, world)
    shown = 2 * MUG
    await set_rates(database, world, *RATES)
    told = await state_of_things(database, world)
    asked = ask(world, line(world, "MUG-1", 2, Method.SHIP), ship_to=HOME, expected_total=shown)
    (answer,) = await place(database, asked)
    assert isinstance(answer, TotalChanged) and (answer.expected, answer.total) == (shown, shown + 490)
    assert await state_of_things(database, world) == told and told[0] == before[0]


async def test_an_order_placed_before_stays_as_it_is(database: Database, world: World) -> None:
    mugs = line(world, "MUG-1", 2, Method.SHIP)
    order = await sent(database, world, mugs)
    await set_rates(database, world, *RATES)
    done = await edit(database, world, order, quantities=(LineQuantity(mugs.line_id, 1),))
    assert parts(done.order) == (0, 0, MUG, MUG)


async def test_an_edit_and_a_cancellation_of_a_part_keep_it(database: Database, world: World) -> None:
    await set_rates(database, world, *RATES)
    mugs = line(world, "MUG-1", 3, Method.SHIP)
    order = await sent(database, world, mugs)
    done = await cancel(database, world, order, (mugs.line_id, 1))
    assert parts(done.order) == (405, 490, 2 * MUG + 490, 2 * MUG + 490)
    more = AddLine(world.variants["LAMP-1"], 2, Method.SHIP, world.store)
    grown = (await edit(database, world, order, adds=(more,))).order
    assert parts(grown) == (405, 490, 2 * MUG + 2 * LAMP + 490, 2 * MUG + 490)  # agreed, though it would be free by now
    assert await verification.differences(database) == []


async def test_with_all_of_it_carriage_is_canceled(database: Database, world: World) -> None:
    await set_rates(database, world, *RATES)
    order = await sent(database, world, line(world, "MUG-1", 3, Method.SHIP), line(world, "LAMP-1", 1, Method.SHIP))
    before = await drawer(database, world)
    done = await cancel(database, world, order)
    assert parts(done.order) == (0, 0, 0, 0) and done.order.head.state is State.CANCELED
    assert before - await drawer(database, world) == 3 * MUG + LAMP + 490
    assert [(one.type, one.amount) for one in done.order.adjustments if one.line_id is None] == [("cancellation", -490)]
    assert done.order.head.carriage and done.order.head.carriage.canceled and done.order.head.carriage.amount == 490
    assert await verification.differences(database) == []


async def test_what_is_fetched_after_all_is_not_brought(database: Database, world: World) -> None:
    await set_rates(database, world, *RATES)
    mugs, lamp = line(world, "MUG-1", 2, Method.SHIP), line(world, "LAMP-1", 1, Method.SHIP)
    order = await sent(database, world, mugs, lamp)
    half = await edit(database, world, order, moves=(MoveLine(mugs.line_id, Method.COLLECT, world.store),))
    assert parts(half.order)[1] == 490
    other = await edit(database, world, order, moves=(MoveLine(lamp.line_id, Method.LOCAL_DELIVERY, world.store),))
    assert parts(other.order)[1] == 490  # brought all the same
    none = await edit(database, world, order, moves=(MoveLine(lamp.line_id, Method.COLLECT, world.store),))
    assert parts(none.order) == (0, 0, 2 * MUG + LAMP, 2 * MUG + LAMP)
    assert [(one.handler, one.amount) for one in none.refunds] == [("cash", 490)]
    assert await verification.differences(database) == []


async def test_a_promotion_of_it_stays_with_an_edit_and_comes_back_with_all(database: Database, world: World) -> None:
    await set_rates(database, world, *RATES)
    rule = Rule(code="half", titles={"en": "Half"}, benefit=CarriageOff(ppm=500_000), caps=Caps(uses=5, budget=1000))
    promotion = await live(database, world, rule)
    mugs = line(world, "MUG-1", 3, Method.SHIP)
    order = await sent(database, world, mugs)
    assert parts(order)[1] == 245 and await uses(database, promotion.id) == (1, 245)
    done = await edit(database, world, order, quantities=(LineQuantity(mugs.line_id, 2),))
    assert parts(done.order)[1] == 245 and await uses(database, promotion.id) == (1, 245)
    await cancel(database, world, order)
    assert await uses(database, promotion.id) == (0, 0)
    assert await verification.differences(database) == []


async def test_it_goes_back_with_the_last_of_the_goods(database: Database, world: World) -> None:
    await set_rates(database, world, *RATES)
    order = await placed(
        database, ask(world, line(world, "MUG-1", 2), line(world, "LAMP-1", 1), term=Term.NOW, tendered=20_000)
    )
    order = await hand_over(database, world, order)
    first = await take(database, world, order, back(order, 2))
    assert [one.amount for one in first.refunds] == [2 * MUG]
    last = await take(database, world, order, back(order, 1, 1))
    assert [one.amount for one in last.refunds] == [LAMP + 150]
    assert (first.carriage, last.carriage, last.head.value) == (0, 150, LAMP + 150)
    after = await read(database, order)
    assert after.head.state is State.RETURNED and after.head.credited == after.head.refunded == after.head.paid
    assert after.head.carriage and after.head.carriage.returned
    assert [(one.type, one.amount) for one in after.adjustments if one.line_id is None] == [("return", -150)]
    assert await verification.differences(database) == []


async def test_what_is_exchanged_does_not_give_it_back(database: Database, world: World) -> None:
    await set_rates(database, world, *RATES)
    order = await placed(database, ask(world, line(world, "MUG-1", 1), term=Term.NOW, tendered=20_000))
    order = await hand_over(database, world, order)
    exchanged = await take(database, world, order, back(order), exchange=(Instead(world.variants["MUG-1"], 1),))
    assert sum(one.amount for one in exchanged.refunds) == 0
    after = await read(database, order)
    assert after.head.carriage and not after.head.carriage.returned
    assert await verification.differences(database) == []


def carriage_of(one: Document) -> tuple[int, int, int]:
    found = [line for line in one.snapshot.lines if line.id == documents.CARRIAGE]
    return (found[0].quantity, found[0].gross, found[0].tax) if found else (0, 0, 0)


async def test_documents_have_a_line_for_it_and_take_it_back(url: str, database: Database, world: World) -> None:
    await paper.put_seller(database, world)
    await set_rates(database, world, *RATES)
    order = await sent(database, world, line(world, "MUG-1", 2, Method.SHIP), language="es")
    (receipt,) = await papers(database, order, 1)
    assert (carriage_of(receipt), receipt.total) == ((1, 490, 85), 2 * MUG + 490)
    assert sum(one.gross for one in receipt.snapshot.lines) == receipt.total
    assert [(one.base, one.amount) for one in receipt.snapshot.taxes] == [(2066 + 405, 434 + 85)]
    page = render(receipt, Form.TXT, public_url="https://casa.example").decode()
    assert "Envío a domicilio" in page and "4,90" in page
    invoice = await paper.invoice(database, world, order)
    assert (carriage_of(invoice), invoice.total) == ((1, 490, 85), receipt.total)
    await cancel(database, world, order)
    note = (await papers(database, order, 3))[-1]
    assert (carriage_of(note), note.total) == ((-1, -490, -85), -receipt.total)
    assert {one.type: one.amount for one in note.snapshot.totals}["fulfillment"] == -405


async def test_a_note_for_goods_alone_leaves_it_on_paper(url: str, database: Database, world: World) -> None:
    await paper.put_seller(database, world)
    await set_rates(database, world, *RATES)
    order = await placed(database, ask(world, line(world, "MUG-1", 2), term=Term.NOW, tendered=20_000))
    order = await hand_over(database, world, order)
    await take(database, world, order, back(order, 1))
    first = (await papers(database, order, 2))[-1]
    assert (carriage_of(first), first.total) == ((0, 0, 0), -MUG)
    await take(database, world, order, back(order, 1))
    second = (await papers(database, order, 3))[-1]
    assert (carriage_of(second)[:2], second.total) == ((-1, -150), -MUG - 150)
    assert await verification.differences(database) == []


@pytest.mark.parametrize("share", [0, 300_000, 1_000_000])
async def test_however_much_is_off_the_sums_hold(database: Database, world: World, share: int) -> None:
    await set_rates(database, world, *RATES)
    if share:
        await live(database, world, Rule(code="off", titles={"en": "Off"}, benefit=CarriageOff(ppm=share)))
    order = await sent(database, world, line(world, "MUG-1", 1, Method.SHIP))
    assert parts(order)[1] == 490 - round(490 * share / 1_000_000)
    assert await verification.differences(database) == []


async def test_a_reward_of_free_delivery_takes_it_off_once(database: Database, world: World) -> None:
    await set_rates(database, world, *RATES)
    free = Rule(code="free-delivery", titles={"en": "Free"}, benefit=CarriageOff(ppm=1_000_000), needs_code=True)
    promotion = await live(database, world, free)
    await members.live(database, world)
    who = await members.somebody(database, world)
    await grant(database, world, who, 100)
    async with database.transaction() as tx:
        taken, _ = await loyalty.take_reward(
            tx, customer_ids=[who], market_id=world.market_id, reward="mug", by=world.by
        )
    code = taken.coupon_code or ""
    mugs = line(world, "MUG-1", 2, Method.SHIP)
    order = await sent(database, world, mugs, customer_id=who, codes=(code,))
    assert parts(order)[:3] == (0, 0, 2 * MUG) and await uses(database, promotion.id) == (1, 490)
    again = ask(world, line(world, "MUG-1", 1, Method.SHIP), customer_id=who, codes=(code,), ship_to=HOME)
    before = await state_of_things(database, world)
    (refused,) = await place(database, again)
    assert isinstance(refused, UnknownCoupon) and refused.why == "used"
    assert await state_of_things(database, world) == before
    await cancel(database, world, order)
    assert await uses(database, promotion.id) == (0, 0)
    (answer,) = await place(database, msgspec.structs.replace(again, order_id=OrderId.new()))
    assert isinstance(answer, Order) and parts(answer)[1] == 0
    assert await verification.differences(database) == []
