"""Everything that Pinterest holds arrives, once and whole. A file for each kind of what there is to read."""
