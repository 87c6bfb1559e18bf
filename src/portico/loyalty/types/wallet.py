"""A code that says who she is and pays from what she holds, once; and passes for the wallets of phones."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from portico.customers.types import CustomerId
from portico.platform.ids import Id
from portico.platform.refusals import Refused


class WalletCodeId(Id, prefix="wlc"):
    __slots__ = ()


class WalletCode(msgspec.Struct, frozen=True):
    """What her phone shows until `expires_at`."""

    id: WalletCodeId
    token: str
    expires_at: datetime


class WalletClaim(msgspec.Struct, frozen=True):
    """A code that was scanned. Until `pays_until`, whoever scanned it may have her stored value pay for one order."""

    id: WalletCodeId
    customer_id: CustomerId
    pays_until: datetime


@dataclass(eq=False)
class UnknownCode(Refused):
    """Not a code of ours, or one that its owner has replaced."""

    code, status = "loyalty.unknown_code", 404


@dataclass(eq=False)
class CodeOver(Refused):
    """It was shown too long ago, or was used."""

    code, status = "loyalty.code_over", 409


@dataclass(eq=False)
class NoPasses(Refused):
    """This retailer has set up no passes of that kind."""

    code, status = "loyalty.no_passes", 409
    kind: str
