"""Does each analytics column have words that are true, from the parts of its name or from the table?"""

import csv
from importlib.resources import files
from pathlib import Path

import pytest

from source_pinterest.columns import COLUMNS, column_schema, words_of

SENTENCES = dict(
    line.split("\t") for line in Path(__file__).with_name("column_sentences.txt").read_text("utf-8").splitlines()
)
"""Written by hand, to be read against Pinterest's documents: what a change of the vocabulary must not change."""

PAIRS = sorted(column.name[:-1] for column in COLUMNS if column.name.endswith("_1"))
NAMES = {column.name for column in COLUMNS}


def sentence_of(name: str) -> str:
    return str(column_schema([name])[name]["description"])


def test_sixty_columns_are_held_twenty_of_them_where_names_mislead_most() -> None:
    tricky = [name for name in SENTENCES if name.endswith(("_1", "_2", "_RATE")) or "_MICRO_" in name]

    assert len(SENTENCES) == 60
    assert len(tricky) >= 20


@pytest.mark.parametrize("name", SENTENCES)
def test_column_is_described_word_by_word(name: str) -> None:
    assert sentence_of(name) == SENTENCES[name]


def test_no_two_columns_share_a_sentence() -> None:
    assert len({sentence_of(name) for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize("beginning", [name for name in PAIRS if f"{name}2" in NAMES])
def test_one_is_paid_and_two_is_earned(beginning: str) -> None:
    paid, earned = sentence_of(f"{beginning}1"), sentence_of(f"{beginning}2")

    assert "paid" in paid.lower()
    assert "earned" in earned.lower()
    assert "earned" not in paid.lower()
    assert "paid" not in earned.lower()


def test_micro_amounts_are_millionths_and_no_other_column_is() -> None:
    caps = {"CAMPAIGN_DAILY_SPEND_CAP", "CAMPAIGN_LIFETIME_SPEND_CAP"}

    micro = {name for name in NAMES if "in millionths of the ad account's currency" in sentence_of(name)}
    assert micro == {name for name in NAMES if name.endswith("_IN_MICRO_DOLLAR")} | caps


def test_dollars_are_whole_units_of_the_accounts_currency() -> None:
    dollars = {name for name in NAMES if "_IN_DOLLAR" in name}

    assert dollars
    assert {name for name in dollars if "in whole units of the ad account's currency" not in sentence_of(name)} == set()


def test_rates_are_shares() -> None:
    rates = {name for name in NAMES if name.endswith("_RATE") or "CTR" in name.split("_")}

    assert {name for name in rates if "a share from 0 to 1" not in sentence_of(name)} == set()


def test_a_sentence_in_the_table_is_one_that_the_name_does_not_give() -> None:
    """Where the parts of a name say enough, the table says nothing."""
    table = files("source_pinterest").joinpath("columns.tsv").read_text("utf-8")
    written = [row["name"] for row in csv.DictReader(table.splitlines(), delimiter="\t") if row["description"]]

    assert written
    for name in written:
        with pytest.raises(ValueError, match=f"{name} needs a sentence of its own"):
            words_of(name)


@pytest.mark.parametrize("name", ["IMPRESSION", "TOTAL_IMPRESSION_1", "IMPRESSION_3", "TOTAL_HUGS", "CHECKOUT_WEB"])
def test_a_name_of_unknown_parts_is_not_guessed_at(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        words_of(name)
