"""Turning a cart into an order: buyer, choices, completion."""
