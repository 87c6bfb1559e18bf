"""Who asks, and what they may do: sessions, passwords and PINs, API tokens, one-time codes, roles per location."""
