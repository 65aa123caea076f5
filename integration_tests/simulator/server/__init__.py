"""How does the local Pinterest take a request and put its answer on the wire?"""
