"""How fast is the connector, beside a bare loop that does the least, and beside the official connector?"""
