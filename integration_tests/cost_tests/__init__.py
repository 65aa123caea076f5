"""What does a sync take of calls, of Pinterest's quotas, of memory and of time?"""
