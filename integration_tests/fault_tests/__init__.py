"""What does a sync make of what goes wrong at Pinterest: errors, refusals, and lists and rows that are not as told?"""
