"""Consents, suppressions, looks and letters over HTTP: who may, what is refused, what the mailbox gets."""

import asyncio
import email
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from portico.app.demo.mailbox import Mailbox, mailbox
from portico.platform.db import Database
from portico.privacy import api
from portico.privacy.types import Letter, NewWord, Recipient, Whom
from tests.conftest import Served
from tests.orders.test_orders_http import api_client
from tests.privacy.people import count, enter
from tests.privacy.test_forgetting import shopper
from tests.world import World


async def arrived(box: Mailbox, many: int) -> list[EmailMessage]:
    for _ in range(200):
        if len(box.messages) >= many:
            break
        await asyncio.sleep(0.05)
    assert len(box.messages) == many, [one.subject for one in box.messages]
    return [email.message_from_bytes(one.file.read_bytes(), policy=email.policy.default) for one in box.messages]  # type: ignore[misc]


def link(text: str, what: str) -> str:
    return next(word for word in text.split() if f"/{what}/" in word).partition("casa.example")[2]


async def test_what_she_said_is_shown_with_its_proof(url: str, database: Database, world: World) -> None:
    ana = await enter(database)
    async with api_client(url, world) as staff, shopper(database, url, ana.id) as shop:
        words = [{"purpose": "marketing", "channel": "sms", "granted": True, "source": "desk", "language": "ru"}]
        put = await staff.post(f"/v1/customers/{ana.id}/consents", json={"words": words, "note": "she rang"})
        assert put.status_code == 201, put.text
        shown = (await staff.get(f"/v1/customers/{ana.id}/consents")).json()
        (word,) = shown["words"]
        assert (word["note"], word["version"], word["actor_kind"]) == ("she rang", 1, "client")
        assert word["text_shown"].startswith("Новости")
        allowed = {(one["purpose"], one["channel"]): one["allowed"] for one in shown["choices"]}
        assert allowed["marketing", "sms"] and not allowed["marketing", "email"] and allowed["service", "email"]
        mine = [{"purpose": "marketing", "channel": "any", "granted": False, "source": "web"}]
        assert (await shop.post(f"/v1/customers/{ana.id}/consents", json={"words": mine})).status_code == 201
        hers = (await shop.get(f"/v1/customers/{ana.id}/consents")).json()
        assert [one["granted"] for one in hers["words"]] == [False, True], "the newest first"
        bad = await staff.post(f"/v1/customers/{ana.id}/consents", json={"words": [{**words[0], "purpose": "x" * 300}]})
        assert (bad.status_code, bad.json()["code"], bad.json()["field"]) == (422, "privacy.bad_consent", "purpose")
        none = await staff.post(f"/v1/customers/{ana.id}/consents", json={"words": []})
        assert none.status_code == 422
    assert await count(database, "privacy.consent") == 2


async def test_purposes_are_data(url: str, database: Database, world: World) -> None:
    async with api_client(url, world) as staff, httpx.AsyncClient(base_url=url) as anybody:
        body = {
            "legal_basis": "consent", "channels": ["email"], "position": 9,
            "wordings": {"en": {"name": "Recipes", "text": "Send me recipes."}, "ru": {"name": "Рецепты 🍲", "text": "Хочу"}},
        }  # fmt: skip
        put = await staff.put("/v1/privacy/purposes/recipes", json=body)
        assert put.status_code == 200, put.text
        shown = (await anybody.get("/v1/privacy/purposes", headers={"Accept-Language": "ru"})).json()["items"]
        assert [one["name"] for one in shown if one["code"] == "recipes"] == ["Рецепты 🍲"]
        wrong = [
            ("Recipes!", {}, "code"), ("recipes", {"channels": []}, "channels"), ("recipes", {"channels": ["pigeon"]}, "channels"),
            ("recipes", {"wordings": {"xx": {"name": "a", "text": "b"}}}, "wordings.xx"),
            ("recipes", {"wordings": {"en": {"name": "a" * 101, "text": "b"}}}, "wordings.en"),
            ("recipes", {"wordings": {"en": {"name": "a\u0000", "text": "b"}}}, "wordings.en"), ("other", {"wordings": {}}, "wordings"),
        ]  # fmt: skip
        for code, change, field in wrong:
            refused = await staff.put(f"/v1/privacy/purposes/{code}", json=body | change)
            assert (refused.status_code, refused.json().get("field")) == (422, field), refused.text
        assert (await anybody.put("/v1/privacy/purposes/recipes", json=body)).status_code == 401
    assert await count(database, "privacy.purpose") == 7


async def test_a_newsletter_begins_once_it_was_said_twice(
    served: Served, database: Database, world: World, tmp_path: Path
) -> None:
    async with (
        mailbox(tmp_path / "mail") as box,
        served(smtp_url=box.url, public_url="https://casa.example") as url,
        httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web", "Accept-Language": "it"}) as shop,
    ):
        for spelt in ("Guest@Example.com", " guest@example.com", "guest@EXAMPLE.com", "guest@example.com"):
            assert (await shop.post("/v1/newsletter", json={"email": spelt})).status_code == 202
        bad = await shop.post("/v1/newsletter", json={"email": "no address"})
        assert (bad.status_code, bad.json()["code"]) == (422, "customers.bad_email")
        *_, first = (await arrived(box, 3))[:1]
        assert await count(database, "privacy.opt_in") == 3, "whoever asks again and again is not written to again"
        assert await count(database, "privacy.consent") == 0
        path = link(first.get_content(), "newsletter")
        assert "Novità" in first.get_content()
        async with database.transaction() as tx:
            to = Recipient(address="guest@example.com")
            letter = Letter(kind="campaign", subject="News", text="Come", language="it")
            assert (await api.write(tx, to=to, purpose="marketing", letter=letter)) is not None
        looked = await shop.get(path)
        assert looked.status_code == 200 and await count(database, "privacy.consent") == 0, "reading changes nothing"
        assert (await shop.post(path)).status_code in (200, 303)
        assert (await shop.post(path)).status_code in (200, 303)
        assert await count(database, "privacy.consent", "proof ->> 'confirmed_at' is not null and granted") == 1
        assert (await shop.get(path[:-3] + "xyz")).status_code == 404
        async with database.transaction() as tx:
            assert (await api.write(tx, to=to, purpose="marketing", letter=letter)) is None
        news = (await arrived(box, 4))[-1]
        assert news["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        one_click = news["List-Unsubscribe"].strip("<>").partition("casa.example")[2]
        assert (await shop.get(one_click)).status_code == 200
        assert await count(database, "privacy.suppression") == 0, "reading changes nothing"
        # As a mail program's own button does it: no cookies, no page, no sign-in.
        async with httpx.AsyncClient(base_url=url) as program:
            for _ in range(2):
                done = await program.post(one_click, data={"List-Unsubscribe": "One-Click"})
                assert done.status_code == 200, done.text
        assert await count(database, "privacy.suppression", "reason = 'unsubscribed' and purpose = 'marketing'") == 1
        assert await count(database, "privacy.consent", "not granted") == 1
        async with database.transaction() as tx:
            assert (await api.write(tx, to=to, purpose="marketing", letter=letter)) is not None


async def test_a_letter_that_waits_is_stopped_by_what_she_says_meanwhile(
    served: Served, database: Database, world: World, tmp_path: Path
) -> None:
    ana = await enter(database)
    whom = Whom((ana.id,))
    async with database.transaction() as tx:
        yes = NewWord(purpose="marketing", channel="email", granted=True, source="web")
        await api.record(tx, whom=whom, words=[yes], by=world.by)
        to = Recipient(address="ana@example.com", customer_ids=(ana.id,))
        letter = Letter(kind="campaign", subject="News", text="Come")
        assert await api.write(tx, to=to, purpose="marketing", letter=letter) is None
    async with database.transaction() as tx:
        no = NewWord(purpose="marketing", channel="email", granted=False, source="web")
        await api.record(tx, whom=whom, words=[no], by=world.by)
    async with mailbox(tmp_path / "mail") as box, served(smtp_url=box.url):
        for _ in range(200):
            if await count(database, "platform.fact", "type = 'privacy.message_stopped.v1'"):
                break
            await asyncio.sleep(0.05)
        assert not box.messages


async def test_the_list_is_kept_by_the_office_and_read_by_typing_an_address(
    url: str, database: Database, world: World
) -> None:
    async with api_client(url, world) as staff:
        news = [
            {"address": "Gone@Example.com", "reason": "hard_bounce"},
            {"address": "+34 611 222 333", "reason": "do_not_call"},
        ]
        put = await staff.post("/v1/privacy/suppressions", json={"addresses": news, "source": "mail provider"})
        assert put.json() == {"added": 2}
        (one,) = (await staff.get("/v1/privacy/suppressions", params={"address": "gone@example.com"})).json()["items"]
        assert (one["hint"], one["reason"], one["channel"]) == ("g…@e….com", "hard_bounce", "email")
        both = (await staff.get("/v1/privacy/suppressions", params={"limit": 1})).json()
        more = await staff.get("/v1/privacy/suppressions", params={"limit": 1, "cursor": both["next_cursor"]})
        assert len(more.json()["items"]) == 1 and more.json()["next_cursor"] is None
        for bad in (
            {"reason": "erased", "address": "a@b.com"},
            {"channel": "pigeon", "address": "a@b.com"},
            {"address": "?"},
        ):
            refused = await staff.post("/v1/privacy/suppressions", json={"addresses": [bad]})
            assert refused.status_code == 422, refused.text
        lifted = await staff.post(f"/v1/privacy/suppressions/{one['id']}/lift", json={"because": "mailbox is back"})
        assert lifted.status_code == 200 and lifted.json()["lifted_because"] == "mailbox is back"
        again = await staff.post(f"/v1/privacy/suppressions/{one['id']}/lift", json={"because": "x"})
        assert again.json()["code"] == "privacy.not_standing"
        assert (await staff.get("/v1/privacy/suppressions", params={"cursor": "x"})).status_code == 422
    assert await count(database, "privacy.suppression") == 2


async def test_who_looks_is_written_before_the_answer_goes_out(url: str, database: Database, world: World) -> None:
    ana = await enter(database)
    async with api_client(url, world) as staff, shopper(database, url, ana.id) as shop:
        for path in (f"/v1/customers/{ana.id}", "/v1/customers?q=ana", f"/v1/customers/{ana.id}/timeline"):
            assert (await staff.get(path)).status_code == 200
            assert await count(database, "privacy.access", f"path = '{path.partition('?')[0]}'") == 1
        assert (await shop.get(f"/v1/customers/{ana.id}")).status_code == 200
        assert (await staff.get(f"/v1/customers/cus_{'0' * 32}")).status_code == 404
        assert await count(database, "privacy.access") == 3, "who looks at herself, or at nobody, leaves no trace"
        many = await asyncio.gather(*(staff.get(f"/v1/customers/{ana.id}") for _ in range(40)))
        assert {one.status_code for one in many} == {200}
        assert await count(database, "privacy.access") == 43
        page = (await staff.get("/v1/privacy/access", params={"customer": str(ana.id), "limit": 40})).json()
        assert len(page["items"]) == 40 and page["items"][0]["customer"] == "Ana Muñoz"
        rest = await staff.get("/v1/privacy/access", params={"customer": str(ana.id), "before": page["next_cursor"]})
        assert len(rest.json()["items"]) == 3
        assert {one["what"] for one in rest.json()["items"]} == {"record", "found", "timeline"}


@pytest.mark.parametrize("path", ["access", "suppressions", "retention", "erasures", "policy"])
async def test_shoppers_and_strangers_see_none_of_it(url: str, database: Database, path: str) -> None:
    ana = await enter(database)
    async with shopper(database, url, ana.id) as shop, httpx.AsyncClient(base_url=url) as nobody:
        assert (await shop.get(f"/v1/privacy/{path}")).status_code == 403
        assert (await nobody.get(f"/v1/privacy/{path}")).status_code == 401
