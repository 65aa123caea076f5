"""Draws what each reader makes of the same world: bars of records, calls and processor time."""

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tools.benchmarks.measure import Taken
from tools.benchmarks.readers import BARE_LOOP, CONNECTOR, OFFICIAL_CONNECTOR, Reader
from tools.benchmarks.runs import BY_STREAM, SMALL, SMALL_LATENCY_MS, Measured, Run

COLOURS = {CONNECTOR: "#c8232c", BARE_LOOP: "#8c959f", OFFICIAL_CONNECTOR: "#3b6ea8"}
FIELDS: Sequence[tuple[str, Callable[[Taken], float], str]] = (
    ("Records that arrive\nmore is better", lambda taken: taken.records, "{:,.0f}"),
    ("Requests\nless is better", lambda taken: taken.calls, "{:,.0f}"),
    ("CPU seconds\nless is better", lambda taken: taken.cpu_seconds, "{:.1f}"),
)
"""The columns: heading, the number that the bars show, and how it is written."""


def draw(measured: Measured, file: Path) -> None:
    """Write the picture as SVG, its letters as outlines, so that every browser shows the same."""
    with mpl.rc_context({"svg.hashsalt": "benchmarks", "svg.fonttype": "path"}):
        figure(measured).savefig(file, format="svg", metadata={"Date": None})


def figure(measured: Measured) -> Figure:
    """A row for each workload, a column for each field, and in each a bar for each reader."""
    made = Figure(figsize=(8.6, 5), layout="constrained")  # as wide as GitHub shows a README without shrinking it
    for row, stream in zip(made.subplots(len(BY_STREAM), len(FIELDS), sharey="row"), BY_STREAM, strict=True):
        taken = {reader: measured.get(Run(reader, stream, SMALL_LATENCY_MS, share=SMALL)) for reader in COLOURS}
        for axes, (_, value, form) in zip(row, FIELDS, strict=True):
            _bars(axes, {reader: value(found) for reader, found in taken.items() if found}, form)
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
