"""All SQL of fulfillment."""
