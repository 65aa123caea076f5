"""The fault table says how each fault ends on each kind of stream: on its first, middle, last and every request.

`rows.py` is the table: a row for each fault, a column for each kind of stream, and in each cell how it ends.
`fault_tests/test_fault_table.py` plays it. `make faults` plays it and writes it into docs/development/reliability.md.
"""
