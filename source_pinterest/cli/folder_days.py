"""What the states in a folder of `read` say of days: which are final, may still change, are missing or out of reach.

The classes of the cursors tell it. Days that they know nothing of are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from airbyte_cdk.models import ConfiguredAirbyteCatalog, DestinationSyncMode, SyncMode
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api import Api
from source_pinterest.columns import DATE
from source_pinterest.config import Config
from source_pinterest.config.options import DEFAULT_WINDOW
from source_pinterest.state.cursor import reading_state
from source_pinterest.state.days import OPEN_START, Days, DaySet
from source_pinterest.state.formats import FINAL_KEY, read_state
from source_pinterest.state.period import Period, Setup
from source_pinterest.streams import streams_by_name
from source_pinterest.streams.base.stream import PinterestStream, Sync

_OPTIONS = (
    *("start_date", "status", "analytics_columns", "attribution_window", "conversion_report_time", "lookback_days"),
    "custom_reports",
)
"""The options that decide which numbers arrive. None of them is secret."""
_METHOD = "auth_method"
_NO_SECRETS = {"access_token": "no-token", "client_id": "no-client", "client_secret": "no-secret"}
_ORGANIC = "date"
"""The cursor field of profiles and pins, whose numbers have no conversions."""


@dataclass(frozen=True)
class OwnerDays:
    """The days of one stream and ad account. No day is in two of the sets.

    Attributes:
        stream: the stream.
        account: the ad account; empty for the token's own user, and for accounts without an entry in an old state.
        final: nothing changes any more.
        spend_final: the spend is final, while conversions may still be added.
        provisional: all numbers may change.
        missing: not read, and the next sync asks for it.
        gone: not read, and too old for Pinterest now.
    """

    stream: str
    account: str
    final: DaySet
    spend_final: DaySet
    provisional: DaySet
    missing: DaySet
    gone: DaySet

    @property
    def settled(self) -> DaySet:
        """The days whose spend is final."""
        return self.final.plus(self.spend_final)

    @property
    def read(self) -> DaySet:
        """The days that were read."""
        return self.settled.plus(self.provisional)


def options_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a configuration that decide which numbers arrive, for a file beside the messages."""
    method = "client_credentials" if Config.from_mapping(config).has_app_token else "access_token"
    return {_METHOD: method, **{name: config[name] for name in _OPTIONS if name in config}}


class FolderDays:
    """Asks the states of a folder about days.

    Args:
        states: the saved state of each stream.
        catalog: the catalog of the last run; an empty one if there is none.
        options: the `options_of` the last run; None for a folder of an earlier version, which did not keep them.

    Attributes:
        config: the options of the last run.
        window: the attribution window.
        is_append: whether each day was read once, when its spend was final.
    """

    def __init__(
        self, states: Mapping[str, Any], catalog: ConfiguredAirbyteCatalog, options: Mapping[str, Any] | None
    ) -> None:
        chosen = dict(options or {})
        method = chosen.pop(_METHOD, "access_token")  # a token of the app itself has fewer days
        self.config = Config.from_mapping({**chosen, "credentials": {_METHOD: method, **_NO_SECRETS}})
        self.window = self.config.attribution_window or DEFAULT_WINDOW
        self._knows_options = options is not None
        self._states = {name: state["stream"].get("stream_state") or {} for name, state in states.items()}
        incremental = [stream for stream in catalog.streams if stream.sync_mode is SyncMode.incremental]
        self._configured = next(iter(incremental), None)
        self.is_append = any(stream.destination_sync_mode is DestinationSyncMode.append for stream in incremental)
        self._streams = streams_by_name(Sync(Api.connect(self.config, lambda _: None), self.config))

    @property
    def follows_conversions(self) -> bool:
        """Whether each day is known to be read again until its last conversion is in."""
        lookback = self.config.lookback_days
        is_long = lookback is None or lookback >= self.window.largest + limits.LOOKBACK_MARGIN_DAYS
        return self._knows_options and is_long and not (self.is_append and lookback is None)

    def owner_days(self, stream: str, day: Date, *, is_unfinished: bool = False) -> list[OwnerDays]:
        """Return the days of a stream's owners; nothing for a stream whose state has no days.

        Args:
            stream: the stream.
            day: the day of the last run that read the stream.
            is_unfinished: whether that run did not read the stream to its end. Days up to `day` may be missing then.

        Raises:
            ConfigError: the state can't be read.
        """
        with reading_state(stream):
            state = self._states.get(stream, {})
            field = DATE if _positions(state, DATE) else _ORGANIC
            positions = {account: (repr(position), position) for account, position in _positions(state, field).items()}
            # Of many owners, most have the same days. These are worked out once.
            histories = {form: Days.from_state(position, field) for form, position in dict(positions.values()).items()}
            last = max((history.last for history in histories.values()), default=None)
            if last is None:
                return []
            period = self._period(stream, max(day, last))
            if not is_unfinished or field == _ORGANIC:
                period = replace(period, today=last)
            days = {form: self._days_of(stream, field, history, period) for form, history in histories.items()}
            return [replace(days[form], account=account) for account, (form, _) in sorted(positions.items())]

    def _period(self, stream: str, today: Date) -> Period:
        """Return the days that a sync of this day asks for."""
        days = self._streams[stream]().day_range if stream in self._streams else PinterestStream.day_range
        return Setup(days, self.config, self._configured).period(today)

    def _days_of(self, stream: str, field: str, history: Days, period: Period) -> OwnerDays:
        """Return the days of an owner of whom `history` has been read."""
        is_final = self._states.get(stream, {}).get(FINAL_KEY) is True
        settled = history.last if is_final else period.last_final(history.last)
        first = history.first if history.first > OPEN_START else min(settled, history.last)
        read = history.read.within(first, history.last)
        kept = history.not_reread(period).last if self.follows_conversions else None
        final = settled if field == _ORGANIC else min(settled, kept or OPEN_START)
        gone = history.out_of_reach(period)
        asked = history.unread(period) if self._knows_options else history.missing
        return OwnerDays(
            stream,
            "",
            final=read.within(OPEN_START, final),
            spend_final=read.within(final.add(days=1), settled),
            provisional=read.within(settled.add(days=1), history.last),
            missing=_requested(DaySet().plus(asked).minus([*read, *gone]), history.first, period),
            gone=gone,
        )


def _requested(days: DaySet, first: Date, period: Period) -> DaySet:
    """Return days without those before the first that belong to an incomplete week or month, which is never read."""
    whole = (window if window.start >= first else period.granularity.inward(window) for window in days)
    return DaySet(tuple(filter(None, whole)))


def _positions(state: Mapping[str, Any], field: str) -> dict[str, Mapping[str, Any]]:
    """Return the positions in a state by ad account; under an empty text, the one that is not an account's."""
    saved = read_state(state, field, min)
    own = {"": state if state.get(field) else {field: saved.flat}} if saved.flat else {}
    return {**saved.accounts, **own}
