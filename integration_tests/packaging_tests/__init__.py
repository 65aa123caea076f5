"""What users get: the environment, the wheel, the image, the demos and the examples."""
