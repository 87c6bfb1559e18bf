"""Which promotions a basket has, and what each takes off which line. Pure, and the same in the browser: `ui/src/kit/promotions`.

Only integers are reckoned with; whatever is shared or rounded is so by a rule written here, and between equals the promotion of the
lower priority number goes first, then the one whose code comes first. So the same basket has the same promotions everywhere.
"""

from portico.pricing.rules.promotions.book import Book
from portico.pricing.rules.promotions.choosing import evaluate

__all__ = ["Book", "evaluate"]
