"""Identity: which records are of one person, and why."""
