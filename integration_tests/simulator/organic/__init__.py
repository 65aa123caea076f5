"""What does a user own, and how did it do? The account, boards, sections, pins and their analytics."""
