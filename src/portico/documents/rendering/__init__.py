"""Documents on a screen, on a page and on a roll of paper."""
