"""What the values and columns of other streams mean."""
