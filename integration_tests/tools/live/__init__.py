"""The look of `make live` at a real account, which answers the questions that Pinterest's documents leave open."""
