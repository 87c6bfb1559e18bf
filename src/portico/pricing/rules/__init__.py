"""How prices are found, promotions chosen and amounts made. Pure."""
