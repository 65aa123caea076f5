"""Asynchronous reports: jobs that take Pinterest minutes, and files behind links that are good for five minutes.

https://developers.pinterest.com/docs/api/v5/analytics-create_report
"""
