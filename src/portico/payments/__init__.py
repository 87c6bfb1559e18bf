"""What was paid, how, and what is still due."""
