"""Does everything that Pinterest holds arrive, once and whole? A file for each kind of what there is to read."""
