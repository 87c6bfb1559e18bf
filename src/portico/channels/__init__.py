"""Doors: each channel a thin face onto the rooms. No business rule lives here."""
