"""Draw the rows of a query as a chart."""

from calendar import month_abbr, month_name
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.dates import MO, WeekdayLocator, date2num, num2date
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

QUERY = Path(__file__).parents[3] / "examples" / "spend_by_campaign.sql"
_PANELS = ("spend", "paid_impressions", "paid_clicks")
_COLOURS = ("#9b0f24", "#e60023", "#f28c6a", "#f5c469", "#8fb8a8", "#3b7a8c", "#24405c", "#9a9fa8")
_STYLE: dict[Any, Any] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": "#888888",
    "grid.color": "#e2e2e2",
    "grid.linewidth": 0.7,
    "legend.frameon": False,
}
_LEGEND_COLUMNS = 4
_THOUSAND = 1_000
_DOTS_PER_INCH = 130


@dataclass(frozen=True)
class CampaignDay:
    """A row of the query."""

    campaign: str
    day: date
    spend: float
    currency: str
    paid_impressions: int
    paid_clicks: int


def campaign_days(database: Path) -> list[CampaignDay]:
    """The rows that the query of the example returns."""
    with duckdb.connect(str(database)) as connection:
        return [CampaignDay(*row) for row in connection.execute(QUERY.read_text(encoding="utf-8")).fetchall()]


def draw(rows: Sequence[CampaignDay]) -> Figure:
    """Spend and the paid numbers by day, stacked by campaign, with the campaign that spent most at the bottom."""
    mpl.rcParams.update(_STYLE)
    figure = Figure(figsize=(11, 7.5), layout="constrained")
    campaigns = by_spend(rows)
    days = sorted({row.day for row in rows})
    currency = " and ".join(sorted({row.currency for row in rows}))
    axes = figure.subplots(len(_PANELS), 1, sharex=True)
    for panel, name, title in zip(
        axes, _PANELS, (f"Spend, {currency}", "Paid impressions", "Paid clicks"), strict=True
    ):
        _stack(panel, name, campaigns)
        panel.set_title(title, loc="left", fontweight="bold")
    axes[-1].xaxis.set_major_locator(WeekdayLocator(MO, interval=2))
    axes[-1].xaxis.set_major_formatter(FuncFormatter(_day))
    axes[-1].set_xlim(date2num(days[0]) - 0.7, date2num(days[-1]) + 0.7)
    title = f"Simulated account: campaigns day by day, {_long(days[0])} to {_long(days[-1])}"
    figure.suptitle(title, fontsize=13, fontweight="bold")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=_LEGEND_COLUMNS)
    return figure


def by_spend(rows: Sequence[CampaignDay]) -> Mapping[str, list[CampaignDay]]:
    """The days of each campaign by its name, the campaign that spent most first."""
    days: dict[str, list[CampaignDay]] = {}
    for row in rows:
        days.setdefault(row.campaign, []).append(row)
    return dict(sorted(days.items(), key=lambda item: -sum(row.spend for row in item[1])))


def save(figure: Figure, path: Path, description: str | None = None) -> None:
    """Write the chart into a file, with a description inside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=_DOTS_PER_INCH, metadata={"Description": description} if description else None)


def _stack(panel: Axes, name: str, campaigns: Mapping[str, list[CampaignDay]]) -> None:
    below: dict[date, float] = {}
    for position, (campaign, days) in enumerate(campaigns.items()):
        heights = [float(getattr(row, name)) for row in days]
        floors = [below.get(row.day, 0.0) for row in days]
        colour = _COLOURS[position % len(_COLOURS)]
        positions: Any = [row.day for row in days]  # which matplotlib takes, though its types know numbers alone
        panel.bar(positions, heights, 0.9, bottom=floors, color=colour, label=campaign)
        below.update({row.day: floor + height for row, floor, height in zip(days, floors, heights, strict=True)})
    panel.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    panel.yaxis.set_major_formatter(FuncFormatter(_short))
    panel.grid(axis="y")
    panel.set_axisbelow(True)
    panel.tick_params(length=0)


def _short(value: float, _: object = None) -> str:
    return f"{value / _THOUSAND:,.3g}k" if abs(value) >= 10 * _THOUSAND else f"{value:,.0f}"


def _day(number: float, _: object = None) -> str:
    day = num2date(number)
    return f"{day.day} {month_abbr[day.month]}"


def _long(day: date) -> str:
    return f"{day.day} {month_name[day.month]} {day.year}"
