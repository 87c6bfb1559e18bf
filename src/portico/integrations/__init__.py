"""Other systems: what was there before, and what stays."""
