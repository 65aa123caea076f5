"""What a sync takes of requests, quotas, memory and time."""
