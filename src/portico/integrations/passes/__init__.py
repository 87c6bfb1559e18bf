"""Cards for the wallets of phones: each is signed as its maker asks, and all are made as `loyalty.ports.PassMaker` says."""

from portico.loyalty.ports import PassMaker, PassMakers
from portico.platform.settings import Settings


def pass_makers(settings: Settings) -> PassMakers:
    """Those that are set up. Raises ValueError where a certificate or key that is named cannot be read: better at the start than when
    somebody asks for her card."""
    found: list[PassMaker] = []
    if settings.apple_pass_certificate:
        from portico.integrations.passes.apple import ApplePasses  # and cryptography, which nobody else needs

        found.append(ApplePasses.read(settings))
    if settings.google_wallet_key:
        from portico.integrations.passes.google import GooglePasses

        found.append(GooglePasses.read(settings))
    return PassMakers(found)
