"""Asynchronous reports: jobs that Pinterest takes minutes for, and files behind links that expire after five minutes.

https://developers.pinterest.com/docs/api/v5/analytics-create_report
"""
