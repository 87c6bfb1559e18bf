"""Decisions of the catalog: codes, words, and what putting an item in comes to."""
