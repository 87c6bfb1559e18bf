"""What all channels come to: the timeline of a person."""
