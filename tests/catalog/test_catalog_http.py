"""Pictures over HTTP: shown, never run, kept for ever only under the hash of what they are."""

import httpx

from portico.catalog import api
from portico.catalog.types import Item, MediaId, MediaKind, NewItem, NewMedia, NewVariant
from portico.platform.db import Database
from tests.world import World

DRAWING = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><circle r="5"/></svg>'


async def drawn(database: Database, world: World) -> Item:
    pictures = (
        NewMedia(kind=MediaKind.SVG, content=DRAWING),
        NewMedia(kind=MediaKind.URL, content="https://example.com/lamp.png"),
    )
    new = NewItem(slug="drawn", titles={"en": "Drawn"}, variants=(NewVariant(sku="DRAWN"),), media=pictures)
    async with database.transaction() as tx:
        await api.put_items(tx, items=[new], by=world.by)
        return await api.item(tx, slug_or_id="drawn")


async def test_a_drawing_is_shown_and_never_run(http: httpx.AsyncClient, database: Database, world: World) -> None:
    item = await drawn(database, world)
    assert item.image_url
    answer = await http.get(item.image_url)
    assert answer.status_code == 200 and answer.text == DRAWING
    assert answer.headers["content-type"].startswith("image/svg+xml")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "script-src" not in policy
    assert "immutable" in answer.headers["cache-control"]


async def test_without_its_hash_it_is_not_kept_for_long(
    http: httpx.AsyncClient, database: Database, world: World
) -> None:
    item = await drawn(database, world)
    assert item.image_url
    answer = await http.get(item.image_url.partition("?")[0])
    assert answer.status_code == 200 and "immutable" not in answer.headers["cache-control"]


async def test_a_picture_elsewhere_is_pointed_to(http: httpx.AsyncClient, database: Database, world: World) -> None:
    item = await drawn(database, world)
    assert item.media[1].url == "https://example.com/lamp.png"


async def test_an_unknown_picture_is_not_found(http: httpx.AsyncClient) -> None:
    for name in (str(MediaId.new()), "med_x", "nonsense"):
        assert (await http.get(f"/media/{name}")).status_code in (404, 422)
