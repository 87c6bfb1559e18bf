"""Who makes labels: each speaks its own protocol, and all answer as `fulfillment.ports.Carrier` says."""

from portico.fulfillment.ports import Carrier, Carriers
from portico.integrations.carriers.own import OwnLabel
from portico.platform.settings import Settings


def carriers(settings: Settings) -> Carriers:
    """Those that are set up: our own label always."""
    found: list[Carrier] = [OwnLabel()]
    if settings.easypost_key:
        from portico.integrations.carriers.easypost import EasyPost  # and its HTTP client, which nobody else needs

        found.append(
            EasyPost(
                url=settings.easypost_url,
                key=settings.easypost_key.get_secret_value(),
                webhook_secret=settings.easypost_webhook_secret.get_secret_value()
                if settings.easypost_webhook_secret
                else "",
            )
        )
    return Carriers({one.code: one for one in found})
