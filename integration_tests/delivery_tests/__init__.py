"""Does what users get work by itself: the environment, the wheel, the image, the demos and the examples?"""
