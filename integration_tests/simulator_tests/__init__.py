"""Is the local Pinterest like the real one, and can tests rely on it?"""
