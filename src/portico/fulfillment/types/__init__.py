"""Fulfillment as values."""

from portico.fulfillment.types.network import *  # noqa: F403  # one subject each, named one by one there
from portico.fulfillment.types.sourcing import *  # noqa: F403
