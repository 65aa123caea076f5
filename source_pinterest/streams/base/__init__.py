"""What every stream is made of."""
