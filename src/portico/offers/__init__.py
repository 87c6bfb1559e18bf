"""What can be bought now: items with their price and what is available."""
