"""What exists in the simulated world, and under which ids?"""
