"""Pinterest's dictionaries: metrics, countries, and what may be targeted."""
