"""How many there are, where: stock, reservations, and the movements that explain them."""
