"""How is an asynchronous report ordered, made and downloaded?"""
