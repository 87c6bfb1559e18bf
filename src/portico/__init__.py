"""Portico: one hub for items, stock, customers and orders; every channel a door onto it."""
