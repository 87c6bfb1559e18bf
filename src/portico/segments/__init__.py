"""Segments: people who have something in common, as saved conditions over what is known of them."""
