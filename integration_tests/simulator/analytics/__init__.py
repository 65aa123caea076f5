"""What do the synchronous analytics endpoints answer?"""
