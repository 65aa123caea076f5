"""Asynchronous reports, for which Pinterest takes minutes, and their files behind links that expire after five minutes.

https://developers.pinterest.com/docs/api/v5/analytics-create_report
"""
