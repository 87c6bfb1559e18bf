"""`portico demo`: everything at once, with data to look at."""

from collections.abc import Callable

from portico.app import runtime, serve
from portico.app.demo.mailbox import mailbox, routes
from portico.app.demo.practice import Practice
from portico.app.demo.seed import Seeded, seed
from portico.payments.ports import Providers
from portico.platform import telemetry
from portico.platform.settings import Settings


async def until_stopped(settings: Settings, *, say: Callable[[str], None]) -> None:
    """Seed what is not there yet, serve, print addresses and logins, and stay until a signal asks to stop."""
    settings = settings.model_copy(update={"log_format": "console", "log_level": "warning"})
    telemetry.start(settings)
    async with mailbox(settings.data / "mail") as mails, runtime.opened(settings, join=False) as (database, url):
        settings = settings.model_copy(update={"smtp_url": mails.url})
        logins = await seed(database)
        async with serve.serving(
            settings, database, url, more=routes(mails), providers=[Practice(database)]
        ) as platform:
            say(_words(platform.public_url, logins, cards=platform.shared[Providers].in_browser is not None))
            await serve.stop_signal()


def _words(url: str, seeded: Seeded, *, cards: bool) -> str:
    """What a newcomer needs to walk in by each door."""
    doors = [("Shop", "/", ""), ("Till", "/pos", seeded.till_code), ("Desk", "/desk", ""), ("Office", "/office", "")]
    logins = {"/pos": seeded.cashier, "/desk": seeded.agent, "/office": seeded.manager}
    lines = ["", f"  {seeded.brand} is open. Portico answers at {url}", ""]
    for name, path, till in doors:
        login = logins.get(path)
        who = f"{login.person}: {login.name} / {login.secret}" if login else ""
        lines.append(f"  {name:<8}{url + path:<34}{f'till {till}, ' if till else ''}{who}".rstrip())
    lines += [
        f"  {'API':<8}{url + '/docs':<34}document at {url}/openapi.json",
        f"  {'Mail':<8}{url + '/demo/mail':<34}one-time codes arrive here",
        f"  {'Cards':<8}{'taken in the shop' if cards else 'not taken: set PORTICO_STRIPE_KEY and PORTICO_STRIPE_PUBLISHABLE_KEY to see them paid'}",
        "",
        f"  A shopper: {seeded.shopper.person}, {seeded.shopper.name}, {seeded.shopper_phone}",
        f"  The other store's till is {seeded.other_till_code}; every PIN and password is the one above.",
        "",
        f"  {seeded.director.person} manages every place, not one: {seeded.director.name}",
        "",
        "  Ctrl-C ends it.",
        "",
    ]
    return "\n".join(lines)
