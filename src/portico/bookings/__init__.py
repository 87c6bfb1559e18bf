"""Capacity: how many, or for how long, anything can be done at a time."""
