"""Catalog: what is sold. Items, their variants, the codes printed on them, their pictures."""
