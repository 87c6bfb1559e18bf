"""A network of stores whose lines are cut, messages lost and repeated, clocks wrong and shelves leaky."""
