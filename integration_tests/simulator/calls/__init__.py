"""Check that a request is valid for the API, and word the refusal of an invalid one."""
