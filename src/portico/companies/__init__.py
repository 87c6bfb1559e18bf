"""Companies that buy, their buyers and what they may owe; households."""
