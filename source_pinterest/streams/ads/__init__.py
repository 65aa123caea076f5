"""Ad accounts and what is in them."""
