"""Does a sync that goes on and on stay as small as it began?"""
