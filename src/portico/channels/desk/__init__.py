"""The service desk: one person with her basket and orders side by side."""
