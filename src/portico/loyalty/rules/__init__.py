"""Decisions of stored value: codes, what a purchase earns, from which lots is drawn, which terms can be."""
