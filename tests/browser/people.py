"""What the people of the walk do with their hands, at whichever face they stand."""

import asyncio
import time

from playwright.async_api import expect

from portico.app.demo.seed import Login
from tests.browser.demo import Demo
from tests.browser.screen import Screen

SCANNER_GAP_SECONDS = 0.004  # between two keys of a keyboard-wedge scanner


async def sign_in_as_shopper(screen: Screen, demo: Demo) -> None:
    await sign_in_at_shop(screen, demo, demo.seeded.shopper.name)


async def sign_in_at_shop(screen: Screen, demo: Demo, address: str) -> None:
    """By one-time code, from the shop's page to her account."""
    before = await demo.last_code(address)  # of a sign-in elsewhere: no good here
    await screen.open("/sign-in")
    await screen.css("#address").fill(address)
    await screen.css("main form button").click()
    await screen.css("#code").wait_for()
    await screen.css("#code").fill(await demo.code_sent_to(address, after=before))
    await screen.css("main form button").click()
    await screen.page.wait_for_url("**/account")


async def sign_out_at_shop(screen: Screen) -> None:
    await screen.open("/account")
    await screen.css("form[action='/sign-out'] button").click()
    await screen.css("a[href^='/sign-in']").first.wait_for()


async def sign_in_with_password(screen: Screen, login: Login) -> None:
    """At desk or office."""
    await screen.open(login.path)
    await screen.id("email").fill(login.name)
    await screen.id("password").fill(login.secret)
    await screen.id("sign-in").click()
    await screen.id("email").wait_for(state="detached")


async def sign_in_at_till(screen: Screen, till: str, login: Login | None = None, *, pin: str = "") -> None:
    """By till, name and PIN; without a login, whoever is first on that till's list."""
    await screen.open("/pos")
    await screen.css(f'[data-testid=till][data-code="{till}"]').click()
    who = screen.id("staff") if login is None else screen.css(f'[data-testid=staff][data-number="{login.name}"]')
    await who.first.click()
    for digit in login.secret if login else pin:
        await screen.id(f"key-{digit}").click()
    await screen.id("sign-in").click()
    await screen.id("scan").wait_for()


async def add_from_item_page(screen: Screen, slug: str) -> None:
    """In the shop, and wait until the head of the page counts it."""
    await screen.open(f"/items/{slug}")
    count = screen.css("[data-count]")
    before = int(await count.inner_text())
    await screen.css("form[data-enhance=add] button").click()
    await expect(count).to_have_text(str(before + 1))


async def look_from(screen: Screen, postal: str) -> None:
    """At the checkout: the ways there are from another postal code."""
    await screen.css("#postal").fill(postal)
    await screen.css("button[formaction='/checkout/ways']").click()


async def keep_way(screen: Screen, way: str) -> None:
    """Choose the first such way, at the time it proposes, and wait until it is kept."""
    await screen.css(f"input[name=way][value^={way}]").first.check()
    await screen.css("button[formaction='/checkout/hold']").click()
    await screen.css("portico-kept-until").wait_for()


async def buy_for(screen: Screen, company: str, *, po: str = "") -> None:
    """At the basket: whose it is, and by which of their order numbers."""
    await screen.id("buying-for").select_option(label=company)
    await screen.css("#po_number").fill(po)
    await screen.css("form[action='/basket/company'] button").click()
    await expect(screen.id("buying-for").locator("option:checked")).to_have_text(company)


async def fill_address(screen: Screen) -> None:
    await screen.css("#street_address").fill("Calle de Ayala, 45, 3.º B")
    await screen.css("#address_locality").fill("Madrid")


async def order(screen: Screen) -> None:
    await screen.css(".summary button.primary").click()
    await screen.css(".order-state").wait_for()


async def type_card(screen: Screen, number: str) -> None:
    """Into the fields that the provider's script has made."""
    await screen.css("[data-card-fields] input").first.wait_for()
    for name, text in {"number": number, "exp_month": "12", "exp_year": "39", "cvc": "123"}.items():
        await screen.css(f"[data-mount] input[placeholder={name}]").fill(text)


async def find_by_phone(screen: Screen, phone: str) -> None:
    await screen.id("find-customer").fill(phone)
    await screen.id("find-customer-option").first.click()


async def swap(screen: Screen, line: str, *, title: str, sku: str) -> None:
    """At the desk, the line of variant `line` for variant `sku` of the item that is found by `title`."""
    await screen.css(f'[data-testid=line][data-variant="{line}"]').get_by_test_id("swap").click()
    await screen.id("swap-item").fill(title)
    await screen.id("swap-item-option").filter(has_text=title).first.click()
    await screen.id("choose-variant").get_by_test_id("variant").filter(has_text=sku).click()


async def paste(screen: Screen, text: str) -> None:
    """A block of cells out of a spreadsheet, onto whatever has the focus."""
    await screen.page.evaluate(
        """(text) => {
          const clipboardData = new DataTransfer()
          clipboardData.setData('text/plain', text)
          document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
        }""",
        text,
    )


async def scan(screen: Screen, code: str) -> None:
    """As a scanner does it: keys, fast, with no field in focus, then Enter.

    Each key carries the time at which the scanner sent it: on a busy machine they arrive late, as they do at a busy till,
    and slow keys would be no scanner's.
    """
    await screen.page.evaluate("document.activeElement?.blur()")
    keyboard = await screen.page.context.new_cdp_session(screen.page)
    began = time.time()
    keys: list[dict[str, str | float]] = [{"key": one, "text": one} for one in code]
    keys.append({"key": "Enter", "code": "Enter", "text": "\r", "windowsVirtualKeyCode": 13})
    strokes = [
        {"type": way, "timestamp": began + i * SCANNER_GAP_SECONDS, **key}
        for i, key in enumerate(keys)
        for way in ("keyDown", "keyUp")
    ]
    await asyncio.gather(*(keyboard.send("Input.dispatchKeyEvent", stroke) for stroke in strokes))
    await keyboard.detach()
