"""Coming in: signing in and out, and who one is."""
