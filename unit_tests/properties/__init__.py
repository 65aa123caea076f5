"""What holds for every input: properties of the pure parts, tried on hundreds of cases that nobody thought of."""
