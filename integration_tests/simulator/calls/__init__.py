"""Is a request a legal call of the API, and in which words is it refused?"""
