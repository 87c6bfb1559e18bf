"""Every counted value as transfers between two accounts."""
