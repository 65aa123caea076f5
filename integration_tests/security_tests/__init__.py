"""Do tokens and secrets go where they belong, and nowhere else?"""
