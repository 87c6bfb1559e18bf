"""How goods reach whom they are for: what can be promised, from where, and why."""
