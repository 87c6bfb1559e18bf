"""One variant's stock, whole: by place and state, how sure, and what is still to come."""

from datetime import timedelta

from tests.conftest import Served
from tests.inventory.test_stockroom_http import in_office
from tests.world import ON_HAND, World

from portico.catalog import api as catalog
from portico.catalog.types import NewComponent, NewItem, NewVariant, Put
from portico.inventory import api as inventory
from portico.inventory.types import Found, InboundQuantity, Move, Moved, NewInbound, Reason, Spot, State
from portico.platform import clock
from portico.platform.db import Database


async def test_every_state_at_every_place_and_what_is_to_come(served: Served, world: World, database: Database) -> None:
    lamp, today = world.variants["LAMP-1"], clock.now().date()
    here, there = world.store, world.other_store
    async with database.transaction() as tx:
        broken = Move(
            variant_id=lamp, quantity=2, source=Spot(here), target=Spot(here, State.DAMAGED), reason=Reason.DAMAGED,
            reference="", by=world.by, occurred_at=tx.now,
        )  # fmt: skip
        (moved,) = await inventory.move(tx, moves=[broken])
        assert isinstance(moved, Moved)
        lines = (InboundQuantity(lamp, 5),)
        days = {"T-1": today + timedelta(days=2), "PO-1": today + timedelta(days=1), "PO-2": None}
        for reference, day in days.items():
            sender = {"from_location_id": there} if reference == "T-1" else {"supplier": "Luz"}
            new = NewInbound(location_id=here, lines=lines, reference=reference, expected_on=day, **sender)
            made = await inventory.announce(tx, new=new, by=world.by)
        count = await inventory.open_count(tx, location_id=there, variant_ids=[lamp], by=world.by)
        await inventory.record(tx, count_id=count.head.id, found=[Found(lamp, ON_HAND - 5)], by=world.by)
        await inventory.approve(tx, count_id=count.head.id, by=world.by)
        await inventory.receive(tx, inbound_id=made.head.id, lines=[InboundQuantity(lamp, 2)], by=world.by)
    async with served() as url, in_office(url) as office:
        for name in ("lamp-1", str(lamp)):
            answer = await office.get(f"/v1/stock/variants/{name}")
            assert answer.status_code == 200, answer.text
            page = answer.json()
            assert page["variant"]["sku"] == "LAMP-1" and page["tracking"] == "none" and page["parts"] == []
        rows = {one["location_id"]: one for one in page["locations"]}
        assert [one["location_name"] for one in page["locations"]] == ["Store 1", "Store 2"]
        mine, other = rows[str(here)], rows[str(there)]
        assert (mine["on_hand"], mine["damaged"], mine["in_transit"], mine["counted_at"]) == (ON_HAND, 2, 5, None)
        assert (other["on_hand"], other["in_transit"]) == (ON_HAND - 5, 0)
        assert other["counted_at"] is not None and other["confidence"] > 0.99 >= mine["confidence"] - 0.01
        assert page["total"] == {
            "on_hand": 2 * ON_HAND - 5, "reserved": 0, "available": 2 * ON_HAND - 5, "picked": 0, "in_transit": 5,
            "to_inspect": 0, "damaged": 2,
        }  # fmt: skip
        assert [(one["reference"], one["quantity"]) for one in page["coming"]] == [("PO-1", 5), ("T-1", 5), ("PO-2", 3)]
        assert [one["from_location_id"] for one in page["coming"]] == [None, str(there), None]

        first = (await office.get("/v1/stock/variants/LAMP-1", params={"limit": 1})).json()
        rest = {"limit": 9_999, "cursor": first["next_cursor"]}
        second = (await office.get("/v1/stock/variants/LAMP-1", params=rest)).json()
        assert [one["location_name"] for one in first["locations"] + second["locations"]] == ["Store 1", "Store 2"]
        assert (first["next_cursor"], second["next_cursor"]) == (str(here), None)
        for strange in ("NO-SUCH", f"var_{'0' * 32}"):
            assert (await office.get(f"/v1/stock/variants/{strange}")).status_code == 404


async def test_a_bundle_names_its_parts_and_has_as_many_as_they_allow(
    served: Served, world: World, database: Database
) -> None:
    parts = (NewComponent("LAMP-1", 2), NewComponent("MUG-1"))
    item = NewItem(slug="set", titles={"en": "Set"}, variants=(NewVariant(sku="SET-1", components=parts),))
    async with database.transaction() as tx:
        (put,) = await catalog.put_items(tx, items=[item], by=world.by)
    assert isinstance(put, Put)
    async with served() as url, in_office(url) as office:
        page = (await office.get("/v1/stock/variants/SET-1")).json()
        assert [(one["variant"]["sku"], one["quantity"]) for one in page["parts"]] == [("LAMP-1", 2), ("MUG-1", 1)]
        assert [(one["on_hand"], one["available"]) for one in page["locations"]] == [(0, ON_HAND // 2)] * 2
        assert page["total"]["available"] == ON_HAND
