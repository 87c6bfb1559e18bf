"""Customers: who buys. A person, the ways to reach her, what she has agreed to."""
