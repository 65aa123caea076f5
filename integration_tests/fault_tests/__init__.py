"""What a sync makes of errors, refusals, and lists and rows that are not as requested."""
