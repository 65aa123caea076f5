"""Every fault, on every kind of stream, at its first, middle and last call, once and for good: does it end well?

`make faults` runs all of it and writes the table into docs/reliability.md; `make test` runs each fault on each kind at
a place that its seed picks.
"""
