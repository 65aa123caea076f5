"""What goes wrong, on which call, and how does it look?"""
