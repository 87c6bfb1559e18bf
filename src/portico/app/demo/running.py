"""`portico demo`: everything at once, with data to look at."""

from collections.abc import Callable

import msgspec

from portico.app import runtime, serve
from portico.app.demo.mailbox import mailbox, routes
from portico.app.demo.seed import seed
from portico.platform import telemetry
from portico.platform.settings import Settings


async def until_stopped(settings: Settings, *, say: Callable[[str], None]) -> None:
    """Seed what is not there yet, serve, print addresses and logins, and stay until a signal asks to stop."""
    settings = settings.model_copy(update={"log_format": "console", "log_level": "warning"})
    telemetry.start(settings)
    async with mailbox(settings.data / "mail") as mails, runtime.opened(settings, join=False) as (database, url):
        settings = settings.model_copy(update={"smtp_url": mails.url})
        logins = await seed(database)
        async with serve.serving(settings, database, url, more=routes(mails)) as platform:
            say(_words(platform.public_url, msgspec.to_builtins(logins)))
            await serve.stop_signal()


def _words(url: str, logins: dict[str, object]) -> str:
    return "\n".join([f"Portico is up at {url}", *(f"  {name}: {value}" for name, value in logins.items())])
