"""What is given to a buyer in writing, and the journal of it."""
