"""What returns announces."""

from portico.orders.types import OrderId
from portico.platform.events import Fact, announces
from portico.returns.types import State, Way


@announces("returns.changed.v1")
class ReturnChanged(Fact, frozen=True, kw_only=True):
    """A return was asked for, or went on."""

    order_id: OrderId | None
    way: Way
    event: str
    state: State
    value: int
    fee: int
    currency: str

    def topics(self) -> list[str]:
        return [*super().topics(), *([str(self.order_id)] if self.order_id else []), "returns"]
