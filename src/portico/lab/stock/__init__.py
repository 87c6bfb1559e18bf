"""Stock under many hands at once, and whether what happened could have happened one after the other."""
