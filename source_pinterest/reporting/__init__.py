"""Asynchronous reports: jobs that Pinterest works on for minutes, and files that it leaves for an hour.

https://developers.pinterest.com/docs/api/v5/analytics-create_report
"""
