"""A user's account, boards, sections, pins and their analytics."""
