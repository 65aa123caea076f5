"""Daily numbers of ads, asked for at once or as reports."""
