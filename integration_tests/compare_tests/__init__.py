"""Does the comparison of two commits see what differs, and nothing else?"""
