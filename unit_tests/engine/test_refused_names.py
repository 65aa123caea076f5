"""A name that Pinterest's message refuses is left out with one warning; a message without a name fails the request."""

from collections.abc import Collection

import pytest

from source_pinterest.api.errors import BadRequestError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.asks import Ask, Asks, Names, Refusals, RefusedNames, named_in
from source_pinterest.engine.progress import Notices

COLUMNS = tuple(f"COLUMN_{number}" for number in range(112))
WANTED = {"columns": ("ENTITY_ID", *COLUMNS)}
DAYS, LATER = DateWindow.from_pair(["2026-11-01", "2026-11-07"]), DateWindow.from_pair(["2026-11-08", "2026-11-25"])


class Picky:
    """A Pinterest that refuses some names, in some words."""

    def __init__(
        self,
        bad: Collection[str],
        says: str = "Invalid request: {bad} can not be had",
        refusals: Refusals | None = None,
    ) -> None:
        self.bad, self.says = frozenset(bad), says
        self.calls: list[Names] = []
        self.names = RefusedNames(Notices("campaign_analytics"), ("ENTITY_ID",), refusals)

    def call(self, ask: Ask) -> Names:
        names = ask.names
        self.calls.append(names)
        if bad := [name for group in names.values() for name in group if name in self.bad]:
            raise BadRequestError.unexplained(self.says.format(bad=", ".join(bad)))
        return names

    def ask(self, wanted: Names = WANTED, account: str = "11", days: DateWindow = DAYS) -> Names:
        [sent] = Asks(refused=self.names).read(Ask(account, (), days, wanted), self.call)
        return sent


def without(*bad: str) -> Names:
    return {"columns": tuple(name for name in WANTED["columns"] if name not in bad)}


@pytest.mark.parametrize("name", ["COLUMN_7", "COLUMN_70"])
@pytest.mark.parametrize(
    "says",
    [
        "columns {bad} is not supported",
        "Parameter 'metric_types' (value {bad}) is not one of COLUMN_1, COLUMN_2, COLUMN_3",
        "{bad} is not a valid column. Allowed values are: COLUMN_1, COLUMN_2, COLUMN_3",
        "Metric {bad} is not available at level KEYWORD",
    ],
)
def test_a_name_that_is_refused_twice_is_left_out_for_good(
    says: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    picky = Picky({name}, says)
    assert picky.ask() == picky.ask() == without(name)

    assert picky.calls == [WANTED, WANTED, without(name), without(name)]
    [warning] = caplog.messages
    assert warning.startswith(f"campaign_analytics: Pinterest refuses {name}, ")
    assert says.format(bad=name) in warning


def test_a_name_that_is_refused_once_is_asked_for_again(caplog: pytest.LogCaptureFixture) -> None:
    """One response may only mention it in passing."""
    picky = Picky({"COLUMN_7"})
    list(
        Asks(refused=picky.names).read(
            Ask("11", (), DAYS, WANTED), lambda ask: picky.call(ask) if not picky.calls else ask.names
        )
    )

    assert picky.names.names_of("11") == frozenset()
    assert not caplog.messages


def test_a_name_refused_to_one_account_is_tried_once_for_another(caplog: pytest.LogCaptureFixture) -> None:
    picky = Picky({"COLUMN_7"})
    assert picky.ask(account="11") == without("COLUMN_7")
    picky.calls.clear()
    assert picky.ask(account="12") == without("COLUMN_7")
    assert picky.calls == [WANTED, without("COLUMN_7")]

    picky.bad = frozenset()
    assert picky.ask(account="13") == WANTED
    assert picky.ask(account="11") == picky.ask(account="11", days=LATER) == without("COLUMN_7")
    told = [message.partition(", ")[2].partition(" come ")[0] for message in caplog.messages]
    assert told == [
        f"so the rows of ad account {account} for {days}"
        for account, days in (("11", DAYS), ("12", DAYS), ("11", LATER))
    ]


def test_streams_of_a_level_learn_a_name_once_for_each_account_that_refuses_it() -> None:
    refusals, accounts, refusing = Refusals(), list(map(str, range(100))), {"7", "70"}
    streams = [Picky((), refusals=refusals) for _ in range(4)]
    for account in accounts:
        for stream in streams:
            stream.bad = frozenset({"COLUMN_7"} if account in refusing else ())
            assert stream.ask(account=account) == (without("COLUMN_7") if account in refusing else WANTED)

    assert sum(len(stream.calls) for stream in streams) == len(accounts) * len(streams) + 2 + 1


def test_names_of_several_messages_are_left_out_one_after_the_other() -> None:
    picky = Picky({"COLUMN_7"}, "No {bad}")
    picky.ask()
    picky.bad = frozenset({"COLUMN_9"})

    assert picky.ask() == without("COLUMN_7", "COLUMN_9")


@pytest.mark.parametrize(
    ("bad", "wanted"),
    [("ENTITY_ID", WANTED), ("GENDER", {"columns": ("ENTITY_ID",), "targeting_types": ("GENDER",)})],
)
def test_needed_names_are_never_left_out(bad: str, wanted: Names) -> None:
    with pytest.raises(BadRequestError):
        Picky({bad}).ask(wanted)


def test_targeting_types_are_left_out_like_columns() -> None:
    wanted = {"columns": ("ENTITY_ID", "CTR"), "targeting_types": ("AGE", "GEO", "GENDER")}

    assert Picky({"GEO"}, "{bad} is in beta").ask(wanted) == {**wanted, "targeting_types": ("AGE", "GENDER")}


@pytest.mark.parametrize(("named", "of", "is_meant"), [(1, 1, True), (2, 2, False), (5, 10, True), (6, 10, False)])
def test_a_message_that_names_more_than_half_only_lists_them(named: int, of: int, is_meant: bool) -> None:
    message = f"Invalid request: {' '.join(COLUMNS[:named])}"

    assert named_in(message, COLUMNS[:of]) == (set(COLUMNS[:named]) if is_meant else set())


def test_a_name_that_another_worker_has_learned_meanwhile_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    picky = Picky({"COLUMN_50"})
    others = [picky.ask]

    def call(ask: Ask) -> Names:
        if others:
            others.pop()()
        return picky.call(ask)

    assert [*Asks(refused=picky.names).read(Ask("11", (), DAYS, WANTED), call)] == [without("COLUMN_50")]
    assert len(caplog.messages) == 1
