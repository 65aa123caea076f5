"""What a sync makes of errors, rejections, and lists and rows that are not as requested."""
