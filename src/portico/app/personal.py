"""All rooms with what they hold of people, lower floors first."""

from portico.approvals.personal import PERSONAL as APPROVALS
from portico.bookings.personal import PERSONAL as BOOKINGS
from portico.business.personal import PERSONAL as BUSINESS
from portico.carts.personal import PERSONAL as CARTS
from portico.catalog.personal import PERSONAL as CATALOG
from portico.checkout.personal import PERSONAL as CHECKOUT
from portico.companies.personal import PERSONAL as COMPANIES
from portico.customers.personal import PERSONAL as CUSTOMERS
from portico.documents.personal import PERSONAL as DOCUMENTS
from portico.fulfillment.personal import PERSONAL as FULFILLMENT
from portico.identity.personal import PERSONAL as IDENTITY
from portico.inventory.personal import PERSONAL as INVENTORY
from portico.ledger.personal import PERSONAL as LEDGER
from portico.loyalty.personal import PERSONAL as LOYALTY
from portico.orders.personal import PERSONAL as ORDERS
from portico.payments.personal import PERSONAL as PAYMENTS
from portico.platform.held import PERSONAL as PLATFORM
from portico.platform.personal import House
from portico.pricing.personal import PERSONAL as PRICING
from portico.privacy.personal import PERSONAL as PRIVACY
from portico.returns.personal import PERSONAL as RETURNS
from portico.segments.personal import PERSONAL as SEGMENTS

HOUSE = House(
    (
        PLATFORM, BUSINESS, CATALOG, CUSTOMERS, IDENTITY, SEGMENTS, BOOKINGS, PRIVACY, LEDGER, COMPANIES, PRICING, LOYALTY, INVENTORY, FULFILLMENT, PAYMENTS,
        CARTS, ORDERS, CHECKOUT, APPROVALS, RETURNS, DOCUMENTS,
    )
)  # fmt: skip
