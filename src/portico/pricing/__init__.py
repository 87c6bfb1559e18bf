"""What it costs: prices per market, tax, and the totals that add up."""
