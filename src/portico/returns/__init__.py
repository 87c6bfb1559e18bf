"""Goods that come back, from wherever they were bought: who may, what goes where, what is owed."""
