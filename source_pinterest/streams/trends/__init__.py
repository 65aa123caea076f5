"""What do people look for on Pinterest, in which part of the world?"""
