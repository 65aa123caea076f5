"""Draws the benchmarks: bars of processor time and of records per second, as wide as a README."""

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from integration_tests.tools.benchmarks.measure import Taken
from integration_tests.tools.benchmarks.readers import BARE_LOOP, CONNECTOR, OFFICIAL_CONNECTOR, Reader
from integration_tests.tools.benchmarks.runs import BY_STREAM, Measured, Run

COLOURS = {CONNECTOR: "#c8232c", BARE_LOOP: "#8c959f", OFFICIAL_CONNECTOR: "#3b6ea8"}
FIELDS: Sequence[tuple[str, int, Callable[[Taken], float], str]] = (
    ("CPU seconds\nper 100,000 records\nno latency, less is better", 0, lambda taken: taken.cpu_per_100k, "{:.1f}"),
    ("Records per second\nno latency\nmore is better", 0, lambda taken: taken.records_per_second, "{:,.0f}"),
    ("Records per second\n50 ms a call\nmore is better", 50, lambda taken: taken.records_per_second, "{:,.0f}"),
)
"""The columns: heading, latency in ms, the number that the bars show, and how it is written."""


def draw(measured: Measured, file: Path) -> None:
    """Write the picture as SVG, its letters as outlines, so that every browser shows the same."""
    with mpl.rc_context({"svg.hashsalt": "benchmarks", "svg.fonttype": "path"}):
        figure(measured).savefig(file, format="svg", metadata={"Date": None})


def figure(measured: Measured) -> Figure:
    """A row for each workload, a column for each field, and in each a bar for each reader."""
    made = Figure(figsize=(8.6, 5), layout="constrained")  # as wide as GitHub shows a README without shrinking it
    for row, stream in zip(made.subplots(len(BY_STREAM), len(FIELDS), sharey="row"), BY_STREAM, strict=True):
        for axes, (_, latency_ms, value, form) in zip(row, FIELDS, strict=True):
            found = {run.reader: value(measured[run]) for run in measured if run == Run(run.reader, stream, latency_ms)}
            _bars(axes, found, form)
        row[0].invert_yaxis()  # the first reader at the top
        row[0].set_title(stream, loc="left", x=-0.72, size=9, weight="bold")
    for axes, (heading, *_) in zip(made.axes, FIELDS, strict=False):
        axes.annotate(heading, (0, 1.4), xycoords="axes fraction", size=9)
    return made


def _bars(axes: Axes, found: dict[Reader, float], form: str) -> None:
    """One below the other, each with its number, on a scale from zero that is theirs alone."""
    bars = axes.barh([reader.name for reader in found], list(found.values()), color=[COLOURS[one] for one in found])
    axes.bar_label(bars, list(map(form.format, found.values())), padding=4, size=9)
    axes.set_xlim(0, 1.4 * max(found.values()))
    axes.tick_params(length=0, labelsize=9)
    axes.xaxis.set_visible(False)
    axes.spines[:].set_visible(False)
