"""The local Pinterest accepts requests for asynchronous reports, creates the reports and serves their files."""
