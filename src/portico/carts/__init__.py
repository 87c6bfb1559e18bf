"""The basket that travels: lines, who changed them, and the baton that hands it over."""
