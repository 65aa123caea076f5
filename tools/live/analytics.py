"""Experiment 2: the literal forms of synchronous analytics, whether large answers are whole, weeks and attribution."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from source_pinterest.columns import COLUMNS, SYNC_COLUMNS
from tools.live.look import AccountLook, Answer, values_at

_NUMBERS = frozenset(column.name for column in COLUMNS if column.type == "number")
_IDS = 20
_DAYS = 3
_COLUMNS_AT_ONCE = 120
"""So many names, and the ids, fit into a URL of 8,000 characters."""
_LARGE_IDS, _LARGE_DAYS = 100, 85
"""A request nearly as large as the connector's largest: 8,500 of 10,000 rows."""
_SUMS = ("SPEND_IN_MICRO_DOLLAR", "IMPRESSION_1", "CLICKTHROUGH_1")
_WEEKS = 3
WINDOWS = ((60, 60, 60), (7, 0, 0), (1, 0, 0), (30, 0, 0), (0, 0, 1), (14, 1, 1))
"""Click, engagement, view: three that somebody saw taken, then three that somebody saw refused."""


def run(look: AccountLook) -> None:
    """Request three days of everything, many days of campaigns, a few weeks, and a day with each attribution window."""
    account, campaigns = look.account_with_campaigns()
    found = {"campaigns": campaigns, **{kind: look.newest(kind, account) for kind in ("ad_groups", "ads")}}
    _level(look, account, "ad_account", "AD_ACCOUNT_ID", ())
    for kind, id_column in (("campaigns", "CAMPAIGN_ID"), ("ad_groups", "AD_GROUP_ID"), ("ads", "AD_ID")):
        if ids := [str(item.get("id")) for item in found[kind]][:_IDS]:
            _level(look, account, kind, id_column, ids)
    _halves(look, account, [str(campaign.get("id")) for campaign in campaigns][:_LARGE_IDS])
    _weeks(look, account)
    for window in WINDOWS:
        days = dict(zip(("click_window_days", "engagement_window_days", "view_window_days"), window, strict=True))
        answer = _ask(look, account, "ad_account", ("TOTAL_CHECKOUT", "SPEND_IN_DOLLAR"), 1, **days)
        what = "attribution window " + "/".join(map(str, window))
        look.asked(_operation("ad_account"), what, answer)


def _level(look: AccountLook, account: str, kind: str, id_column: str, ids: Sequence[str]) -> None:
    """Request all columns of one level, once more without those that are refused by name."""
    operation = _operation(kind)
    by_ids = {f"{kind.removesuffix('s')}_ids": ",".join(ids)} if ids else {}
    for part in _parts(id_column):
        answer, columns = look.without_refused(
            operation, part, lambda names: _ask(look, account, kind, names, _DAYS, **by_ids)
        )
        if len(ids) > 1:
            look.asked(operation, "ids joined with commas", answer)
        if answer.is_fine:
            look.body(operation, answer.json, "[]", ("DATE", *columns))
            rows = values_at("[]", answer.json)
            if any(map(_is_idle, rows)):
                look.add(operation, "rows", "a day without activity", "has a row")
            elif len(rows) < max(1, len(ids)) * _DAYS:
                look.add(operation, "rows", "a day without activity", "has none")


def _is_idle(row: Any) -> bool:
    return not any(re.search("[1-9]", str(row[name])) for name in row if name in _NUMBERS)


def _parts(id_column: str) -> Iterator[tuple[str, ...]]:
    """All columns, the level's id in each part."""
    names = sorted(SYNC_COLUMNS - {id_column})
    for start in range(0, len(names), _COLUMNS_AT_ONCE):
        yield (id_column, *names[start : start + _COLUMNS_AT_ONCE])


def _halves(look: AccountLook, account: str, ids: Sequence[str]) -> None:
    """Request many days of campaigns in one request and in two. A large answer that is cut has fewer rows or less."""
    middle = (len(ids) + 1) // 2
    found = []
    for part in filter(None, (ids, ids[:middle], ids[middle:])):
        answer = _ask(look, account, "campaigns", ("CAMPAIGN_ID", *_SUMS), _LARGE_DAYS, campaign_ids=",".join(part))
        if not answer.is_fine:
            return
        rows = values_at("[]", answer.json)
        sums = [sum(_number(row.get(name)) for row in rows if isinstance(row, dict)) for name in _SUMS]
        found.append((len(rows), *map(round, sums)))
    whole, *halves = found
    is_equal = whole == tuple(map(sum, zip(*halves, strict=True)))
    look.add(_operation("campaigns"), "rows", "a large request beside its halves", "equal" if is_equal else "other")


def _number(value: Any) -> float:
    return float(value) if re.fullmatch(r"\d+(\.\d+)?", str(value)) else 0


def _weeks(look: AccountLook, account: str) -> None:
    """Note the weekday of the days that rows of weeks have. The first day asked for is no Sunday or Monday."""
    end = look.days_ago(1)
    start = date.fromordinal(end.toordinal() - 7 * _WEEKS)
    start = date.fromordinal(start.toordinal() - (start.weekday() - 2) % 7)
    days = {"start_date": str(start), "end_date": str(end), "granularity": "WEEK"}
    answer = _ask(look, account, "ad_account", ("AD_ACCOUNT_ID", "SPEND_IN_DOLLAR", "IMPRESSION_1"), 1, **days)
    for day in values_at("[].DATE", answer.json):
        try:
            found = date.fromisoformat(str(day)[:10])
        except ValueError:
            look.add(_operation("ad_account"), "rows", "first day of a week", "no date")
            continue
        form = "the first day asked for" if found == start else f"a {found:%A}"
        look.add(_operation("ad_account"), "rows", "first day of a week", form)


def _ask(look: AccountLook, account: str, kind: str, columns: Sequence[str], days: int, **more: Any) -> Answer:
    end = look.days_ago(2)
    window = {"start_date": str(date.fromordinal(end.toordinal() - days + 1)), "end_date": str(end)}
    params = {**window, "granularity": "DAY", "columns": ",".join(columns), **more}
    path = f"ad_accounts/{account}/{'' if kind == 'ad_account' else kind + '/'}analytics"
    return look.get(_operation(kind), path, params)


def _operation(kind: str) -> str:
    return f"{kind}/analytics"
