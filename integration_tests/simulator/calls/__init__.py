"""Check that a request is valid for the API, and word the rejection of an invalid one."""
