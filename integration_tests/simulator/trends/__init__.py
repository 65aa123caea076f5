"""Pinterest's trends: keywords, product categories, topics."""
