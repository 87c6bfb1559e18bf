"""What a buyer may not buy for her company by herself, until somebody of it has approved."""
