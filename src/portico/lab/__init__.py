"""The laboratory: what Portico can do, measured beside what it stands on."""
