"""Draws the benchmarks: bars of processor time and of records per second, as wide as a README."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from integration_tests.tools.benchmarks.measure import Taken
from integration_tests.tools.benchmarks.readers import BARE_LOOP, CONNECTOR, OFFICIAL_CONNECTOR, Reader
from integration_tests.tools.benchmarks.runs import BY_STREAM, Measured, Run

PX_PER_INCH, POINTS_PER_PX = 96, 0.75
WIDTH_PX = 830
"""Of a README on GitHub, which shrinks a wider picture, its letters included."""
TEXT_PX, LINE_PX, BAR_PX, BAR_AND_GAP_PX = 12, 17, 14, 19
MARGIN_PX, HEAD_PX, NAMES_PX = 14, 84, 196
NUMBER_PX = 68
"""Beside the longest bar of a field."""
INK = "#1f2328"
COLOURS = {CONNECTOR: "#c8232c", BARE_LOOP: "#8c959f", OFFICIAL_CONNECTOR: "#3b6ea8"}


class Field(NamedTuple):
    """A column of the picture: its heading, and the number that its bars show."""

    heading: tuple[str, str, str]
    latency_ms: int
    value: Callable[[Taken], float]
    form: str


FIELDS = (
    Field(
        ("CPU seconds", "per 100,000 records", "no latency, less is better"),
        0,
        lambda taken: taken.cpu_per_100k,
        "{:.1f}",
    ),
    Field(("Records per second", "no latency", "more is better"), 0, lambda taken: taken.records_per_second, "{:,.0f}"),
    Field(
        ("Records per second", "50 ms a call", "more is better"), 50, lambda taken: taken.records_per_second, "{:,.0f}"
    ),
)
FIELD_PX = (WIDTH_PX - NAMES_PX) / len(FIELDS)


def draw(measured: Measured, file: Path) -> None:
    """Write the picture as SVG, its letters as outlines, so that every browser shows the same."""
    with mpl.rc_context({"svg.hashsalt": "benchmarks", "svg.fonttype": "path"}):
        figure(measured).savefig(file, format="svg", metadata={"Date": None})


def figure(measured: Measured) -> Figure:
    """A row for each workload, a column for each field, and in each a bar for each reader."""
    readers = list(dict.fromkeys(run.reader for run in measured))
    row_px = LINE_PX + BAR_AND_GAP_PX * len(readers) + MARGIN_PX
    height_px = HEAD_PX + row_px * len(BY_STREAM)
    made = Figure(figsize=(WIDTH_PX / PX_PER_INCH, height_px / PX_PER_INCH), facecolor="white")
    canvas = made.add_axes((0, 0, 1, 1), xlim=(0, WIDTH_PX), ylim=(height_px, 0))
    canvas.set_axis_off()
    for column, field in enumerate(FIELDS):
        for line, text in enumerate(field.heading):
            _write(canvas, NAMES_PX + FIELD_PX * column, MARGIN_PX + LINE_PX * (line + 0.5), text, bold=not line)
    for row, stream in enumerate(BY_STREAM):
        top = HEAD_PX + row_px * row
        _write(canvas, MARGIN_PX, top + LINE_PX / 2, stream, bold=True)
        for place, reader in enumerate(readers):
            _write(canvas, MARGIN_PX, top + LINE_PX + BAR_AND_GAP_PX * (place + 0.5), reader.name)
        for column, field in enumerate(FIELDS):
            taken = [measured.get(Run(reader, stream, field.latency_ms)) for reader in readers]
            _bars(canvas, NAMES_PX + FIELD_PX * column, top + LINE_PX, field, dict(zip(readers, taken, strict=True)))
    return made


def _bars(canvas: Axes, left: float, top: float, field: Field, taken: Mapping[Reader, Taken | None]) -> None:
    """One below the other, each with its number, on a scale from zero that is this field's alone."""
    longest = max(field.value(each) for each in taken.values() if each)
    for place, (reader, each) in enumerate(taken.items()):
        middle = top + BAR_AND_GAP_PX * (place + 0.5)
        if each is None:
            _write(canvas, left, middle, "failed")
            continue
        value = field.value(each)
        width = (FIELD_PX - NUMBER_PX) * value / longest
        canvas.barh(middle, width, BAR_PX, left, color=COLOURS[reader])
        _write(canvas, left + width + 5, middle, field.form.format(value), bold=reader is CONNECTOR)


def _write(canvas: Axes, left: float, middle: float, text: str, *, bold: bool = False) -> None:
    weight = "bold" if bold else "normal"
    canvas.text(left, middle, text, size=TEXT_PX * POINTS_PER_PX, weight=weight, color=INK, va="center_baseline")
