"""How many statements an order costs the database when nobody is gathered with it. Counted as they go over the wire, the
transaction's own BEGIN and COMMIT among them."""

import random
from types import SimpleNamespace

from portico.business import api as business
from portico.lab.bench import place, recording
from portico.lab.bench.shop import open_shop
from portico.orders.http import place_and_show
from portico.platform import idempotency
from portico.platform.db import Database
from portico.platform.http.door import Hot, _Hot

STATEMENTS_MAX = 12  # ten, and BEGIN and COMMIT


async def test_a_till_sale_of_two_lines_paid_in_cash(database: Database) -> None:
    shop = await open_shop(database, tills=1, variants=10, seed=1)
    async with database.read() as tx:
        directory = await business.directory(tx)
    recorder = recording.Recorder(database.pool)
    hot = Hot(SimpleNamespace(database=recorder, settings=SimpleNamespace(gather=False)), place_and_show)  # type: ignore[arg-type,var-annotated]
    for i in range(2):  # the second time: the drawer's account is open by then
        recorder.statements.clear()
        key = idempotency.attempt(principal="till", operation="POST", path="/v1/orders", key=f"k{i}", body=b"{}")
        ask = place._order(shop, random.Random(i), 0), directory, "http://test"
        answer = await hot(_Hot(ask, key, 201, "en"))
        assert answer.status == 201
    texts = [" ".join(text.split())[:60] for text, _ in recorder.statements]
    assert len(texts) <= STATEMENTS_MAX, texts
    assert (texts[0], texts[-1]) == ("BEGIN;", "COMMIT;")
