"""A sync continues from its last state, whenever it ended and however old or strange the state is."""
