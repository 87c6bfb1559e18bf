"""Who sells: brands, markets, channels as data, locations and their hours, tills, staff."""
