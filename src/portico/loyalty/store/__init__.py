"""SQL of stored value, by subject."""
