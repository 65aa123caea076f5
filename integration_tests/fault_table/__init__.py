"""Every fault, on every kind of stream, at its first, middle and last call, once and for good: does it end as promised?

`rows.py` is the table: a row for each fault, a column for each kind of stream, and in each cell how it ends. `make
faults` plays all of it and writes it into docs/reliability.md; `make test` plays each fault on some kinds of stream, at
places that its seed picks.
"""
