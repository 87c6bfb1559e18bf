"""What checkout announces."""

from portico.carts.types import CartId
from portico.checkout.types import State
from portico.platform.events import Fact, announces


@announces("checkout.changed.v1")
class CheckoutChanged(Fact, frozen=True, kw_only=True):
    """A checkout was opened, changed, completed or canceled."""

    cart_id: CartId
    state: State
    version: int

    def topics(self) -> list[str]:
        return [*super().topics(), str(self.cart_id)]
