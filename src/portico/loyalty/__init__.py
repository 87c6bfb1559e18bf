"""Stored value: gift cards, store credit, points."""
