"""The fault table tests every fault on every kind of stream: on its first, middle and last request, and for good.

`rows.py` is the table: a row for each fault, a column for each kind of stream, and in each cell how it ends. `make
faults` plays all of it and writes it into docs/development/reliability.md; `make test` plays each fault on some kinds.
"""
