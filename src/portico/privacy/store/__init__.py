"""All SQL of privacy, by subject."""
