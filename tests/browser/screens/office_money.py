"""The office's screens of money."""

from tests.browser.demo import Demo
from tests.browser.screen import Screen
from tests.browser.screens.stops import at

PAID = """async () => {
  const ask = async (path) => (await fetch(path, { headers: { 'Portico-Channel': 'office' } })).json()
  for (const { id, due } of (await ask('/v1/orders?state=fulfilled&limit=100')).items) {
    const { items } = await ask(`/v1/orders/${id}/documents`)
    if (due === 0 && items.length === 1) return id
  }
}"""


_GIVEN = """async () => {
  const ask = async (path) => (await fetch(path, { headers: { 'Portico-Channel': 'office' } })).json()
  for (const { id } of (await ask('/v1/orders?state=fulfilled&limit=100')).items) {
    const { paid, refunded } = await ask(`/v1/orders/${id}`)
    if (paid > refunded) return id
  }
}"""


async def office_refund(screen: Screen, demo: Demo) -> None:
    await at(f"/office/orders/{await screen.page.evaluate(_GIVEN)}", "[data-testid=refund]")(screen, demo)
    await screen.id("refund").click()
    await screen.id("refund-amount").fill("9999999")
    await screen.css("[data-testid=refund-amount][aria-invalid]").wait_for()


async def office_refunded(screen: Screen, demo: Demo) -> None:
    await screen.id("refund-amount").fill("1")
    await screen.id("refund-to").select_option("gift_card")
    await screen.id("refund-reason").fill("...")
    await screen.id("refund-do").click()
    await screen.id("card-code").wait_for()


async def office_books_agree(screen: Screen, demo: Demo) -> None:
    """Days long ago, on which nothing moved."""
    await screen.id("books-to").fill("2020-02-29")
    await screen.id("books-agree").wait_for()


async def office_owed(screen: Screen, demo: Demo) -> None:
    """A part of the oldest invoice has come in; then more is typed than is left."""
    await screen.id("owed-pay").first.click()
    await screen.id("owed-amount").fill("1")
    await screen.id("owed-reference").fill("SEPA 20261128-1")
    await screen.id("owed-do").click()
    await screen.id("owed-dialog").wait_for(state="detached")
    await screen.css("[data-testid=toast]").last.get_by_role("button").click()
    await screen.id("owed-pay").first.click()
    await screen.css("[data-testid=owed-came] li").first.wait_for()
    await screen.id("owed-amount").fill("9999999")
    await screen.css("[data-testid=owed-amount][aria-invalid]").wait_for()


async def office_owed_none(screen: Screen, demo: Demo) -> None:
    await screen.id("owed-search").fill("xyzzyx")
    await screen.id("list-empty").wait_for()


_SOME_PAID = """async () => {
  const ask = async (path) => (await fetch(path, { headers: { 'Portico-Channel': 'office' } })).json()
  const [market] = (await ask('/v1/markets')).items
  for (const place of (await ask('/v1/locations?kind=store&limit=100')).items) {
    if (place.market_code !== market.code) continue
    for (const { id, label } of (await ask(`/v1/orders?state=fulfilled&location=${place.id}&limit=100`)).items) {
      const { paid, refunded } = await ask(`/v1/orders/${id}`)
      if (paid > refunded) return label
    }
  }
}"""


async def office_refund_tried(screen: Screen, demo: Demo) -> None:
    """The order of tenders is changed, and tried on an order."""
    await screen.id("tender-up").nth(1).click()
    await screen.id("try-order").fill(await screen.page.evaluate(_SOME_PAID))
    await screen.id("try-do").click()
    await screen.id("share").first.wait_for()


_SAVE_REFUNDS = """async () => {
  const headers = { 'Portico-Channel': 'office', 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() }
  const [market] = (await (await fetch('/v1/markets', { headers })).json()).items
  const body = JSON.stringify({ mode: 'in_order', handlers: ['gift_card', 'store_credit', 'terminal', 'cash'] })
  await fetch(`/v1/refund-policies/${market.code}`, { method: 'PUT', headers, body })
}"""


async def office_refunds_overtaken(screen: Screen, demo: Demo) -> None:
    """Somebody else saves the same meanwhile."""
    await screen.page.evaluate(_SAVE_REFUNDS)
    await screen.id("save-refunds").click()
    await screen.id("overtaken").wait_for()


async def office_return_tried(screen: Screen, demo: Demo) -> None:
    await screen.id("policy-days").fill("0")
    await screen.id("try-order").fill(await screen.page.evaluate(_SOME_PAID))
    await screen.id("try-do").click()
    await screen.id("tried-line").first.wait_for()


async def office_wrong_returns(screen: Screen, demo: Demo) -> None:
    await screen.id("policy-restocking").fill("120")
    await screen.id("policy-days").fill("many")
    await screen.id("save-returns").click()
    await screen.css("[data-testid=policy-days][aria-invalid]").wait_for()


async def office_no_card(screen: Screen, demo: Demo) -> None:
    await screen.id("tab-cards").click()
    await screen.id("card-look").fill("0000")
    await screen.id("card-find").click()
    await screen.id("card-problem").wait_for()


async def office_card(screen: Screen, demo: Demo) -> None:
    await screen.id("issue-amount").fill("50")
    await screen.id("issue-do").click()
    await screen.id("card-code").wait_for()


async def office_blocked(screen: Screen, demo: Demo) -> None:
    await screen.id("card-turn").click()
    await screen.css("[data-testid=card] .badge.bad").wait_for()


async def office_invoice(screen: Screen, demo: Demo) -> None:
    """An order that is paid and has no invoice yet; the dialog that makes one, left with a tax number that is none."""
    await at(f"/office/orders/{await screen.page.evaluate(PAID)}", "[data-testid=make-invoice]")(screen, demo)
    await screen.id("document").first.wait_for()
    await screen.id("make-invoice").click()
    for name, text in (("name", "Sol"), ("tax-id", "X1"), ("street", "Sol 1"), ("town", "Madrid"), ("country", "ES")):
        await screen.id(f"invoice-{name}").fill(text)
    await screen.id("invoice-make").click()
    await screen.css("[data-testid=invoice-tax-id][aria-invalid]").wait_for()
