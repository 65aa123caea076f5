"""The page about 40 campaigns of two ad accounts in two currencies, and organic streams, beside the records."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from unit_tests.cli.page_folder import (
    AD_GROUPS,
    ADS,
    CAMPAIGNS,
    FIRST,
    MILLION,
    OWN,
    TARGETING,
    TODAY,
    Folder,
    day,
    text_of,
)
from unit_tests.cli.test_page import tables_in

ACCOUNTS = {"7": ("Möbel", "EUR"), "8": ("Shoes", "USD")}
GOALS = ("AWARENESS", "CONSIDERATION", "VIDEO_COMPLETION", "WEB_CONVERSION", "LEADS")
"""The objectives of the campaigns in turn. The ad groups of the fourth are optimized for sign-ups."""
RESULTS = ("Paid impressions", "Pin clicks", "Video views", "Sign-ups", "Leads")
NEWEST = (0, 10, 29)
"""Days of the newest 30 with a row, counted back from the last final one."""


class Agency(NamedTuple):
    """A page, its text, and the sums of the records behind it over the newest 30 days, by stream and id."""

    page: str
    text: str
    sums: dict[tuple[str, str], dict[str, Decimal]]


def rows_of(account: str) -> Iterator[tuple[str, str, int, dict[str, Any]]]:
    """The rows of an account: the stream, the id of the entity, how many days ago, and the fields."""
    numbers = range(25) if account == "7" else range(25, 40)
    for back in (*NEWEST, 45):
        for number in numbers:
            ids = {"CAMPAIGN_ID": f"c{number}", "AD_GROUP_ID": f"g{number}", "AD_ID": f"a{number}"}
            fields = {"spend": number + 0.25, "TOTAL_CONVERSIONS": number, "TOTAL_CHECKOUT": number / 4}
            fields |= {"REPIN_1": 3, "TOTAL_VIDEO_MRC_VIEWS": number * 2, "TOTAL_LEAD": 4, "TOTAL_SIGNUP": 5}
            for stream, column in ((CAMPAIGNS, "CAMPAIGN_ID"), (AD_GROUPS, "AD_GROUP_ID"), (ADS, "AD_ID")):
                yield stream, ids[column], back, ids | fields
        whole = {"spend": sum(number + 0.25 for number in numbers), "TOTAL_CONVERSIONS": sum(numbers)}
        yield OWN, account, back, whole | {"TOTAL_CHECKOUT": sum(numbers) / 4, "REPIN_1": 3 * len(numbers)}


def record_profile(folder: Folder) -> None:
    """Add what the owner's profile and its twelve pins did."""
    for back in (*NEWEST, 45):
        folder.record("user_account_analytics", {"date": day(back), "metrics": {"IMPRESSION": 1000 + back}})
        for pin in range(12):
            row = {"date": day(back), "pin_id": f"p{pin}", "metrics": {"IMPRESSION": pin, "SAVE": back}}
            folder.record("pin_analytics", row)
    folder.end("user_account_analytics")
    folder.states["user_account_analytics"] = {"date": str(TODAY), "from": str(FIRST)}


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Agency:
    """Two ad accounts with 25 and 15 campaigns, each of an ad group and an ad, and the organic streams of the owner."""
    folder = Folder(tmp_path_factory.mktemp("agency"))
    sums: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for account, (name, currency) in ACCOUNTS.items():
        folder.account(account, name, currency)
        for stream, key, back, fields in rows_of(account):
            folder.delivered(stream, account, day(back), **fields)
            if back in NEWEST:
                for column, value in fields.items():
                    if not isinstance(value, str):
                        sums[stream, key][column] += Decimal(str(value))
        for back in NEWEST:
            row = {"TARGETING_TYPE": "COUNTRY", "TARGETING_VALUE": "DE", "AD_ACCOUNT_ID": account, "DATE": day(back)}
            folder.record(TARGETING, {**row, "SPEND_IN_MICRO_DOLLAR": 1.5 * MILLION})
        for stream in (OWN, CAMPAIGNS, AD_GROUPS, ADS, TARGETING):
            folder.days(stream, account)
    for number in range(40):
        account = "7" if number < 25 else "8"
        whose = {"ad_account_id": account, "status": "ACTIVE"}
        objective = {"objective_type": GOALS[number % 5], "daily_spend_cap": 12 * MILLION}
        folder.record("campaigns", {"id": f"c{number}", "name": f"Campaign {number}", **objective, **whose})
        group: dict[str, Any] = {"id": f"g{number}", "name": f"Group {number}", "campaign_id": f"c{number}", **whose}
        if number % 5 == 3:
            optimized = {"conversion_tag_v3_goal_metadata": {"conversion_event": "SIGNUP"}}
            group["optimization_goal_metadata"] = optimized
        folder.record("ad_groups", group)
        folder.record("ads", {"id": f"a{number}", "name": f"Ad {number}", "pin_id": f"p{number}", **whose})
        pin = {"pin_id": f"p{number}", "ad_account_id": account, "title": f"Pin {number}"}
        folder.record("ad_pins", {**pin, "image_url": f"https://i.pinimg.com/{number}.jpg"})
    for stream in ("campaigns", "ad_groups", "ads", "ad_pins"):
        folder.end(stream)
    record_profile(folder)
    page = folder.page()
    return Agency(page, text_of(page), sums)


def test_each_file_has_a_row_for_each_entity_of_a_currency(agency: Agency) -> None:
    names = ("ad-accounts", "campaigns", "ad-groups", "ads", "audiences", "conversions")
    files = tables_in(agency.page)
    assert set(files) >= {f"{name}-{currency}.csv" for name in names for currency in ("EUR", "USD")}
    levels = {"ad-accounts": OWN, "campaigns": CAMPAIGNS, "ad-groups": AD_GROUPS, "ads": ADS}
    for name, stream in levels.items():
        ids: list[str] = []
        for account, (account_name, currency) in ACCOUNTS.items():
            for row in files[f"{name}-{currency}.csv"]:
                key = row.get("ID", account)
                ids.append(key)
                assert row["Ad account ID"] == account
                assert (row["Ad account"], row["Currency"]) == (account_name, currency)
                assert (row["First day"], row["Last day"]) == (day(29), day(0))
                sums = agency.sums[stream, key]
                spend = sums["spend"]
                assert row["Spend"] == text_of_number(spend)
                assert row["Impressions"] == text_of_number(spend * 1200)
                assert row["Pin clicks"] == text_of_number(spend * 10)
                assert row["Saves"] == text_of_number(sums["REPIN_1"])
                assert row["Conversions"] == text_of_number(sums["TOTAL_CONVERSIONS"])
                assert row["Conversions (Checkout)"] == text_of_number(sums["TOTAL_CHECKOUT"])
        assert sorted(ids) == sorted(key for level, key in agency.sums if level == stream)


def test_no_row_to_save_stands_for_several_entities(agency: Agency) -> None:
    files = tables_in(agency.page)
    for name in files.keys() - {"profile-days.csv", "pins.csv"}:
        for row in files[name]:
            assert row["Ad account ID"] in ACCOUNTS, name
            assert not {"Others", "Rest", "Total", "Not told by Pinterest"} & set(row.values()), name


def test_the_page_shows_ten_campaigns_and_the_others_in_one_row(agency: Agency) -> None:
    assert agency.text.count(" 15 others ") == 3
    assert agency.text.count(" 5 others ") == 3


def test_ads_have_their_own_names_with_title_and_picture_of_the_pin_beside_them(agency: Agency) -> None:
    assert "Ad 24 Pin 24 Campaign 24 " in agency.text
    assert 'src="https://i.pinimg.com/24.jpg"' in agency.page
    [row] = [row for row in tables_in(agency.page)["ads-EUR.csv"] if row["ID"] == "a3"]
    shown = ("Name", "Pin title", "Picture", "Ad group", "Campaign")
    assert [row[head] for head in shown] == ["Ad 3", "Pin 3", "https://i.pinimg.com/3.jpg", "Group 3", "Campaign 3"]


def test_results_are_those_of_the_objective_beside_the_days_before(agency: Agency) -> None:
    files = tables_in(agency.page)
    for name in ("campaigns", "ad-groups", "ads"):
        for row in files[f"{name}-EUR.csv"]:
            goal = int(row["ID"][1:]) % 5
            spend = Decimal(int(row["ID"][1:])) + Decimal("0.25")
            result = (spend * 1000, spend * 10, Decimal(int(row["ID"][1:]) * 2), Decimal(5), Decimal(4))[goal]
            assert row["Result"] == RESULTS[goal]
            assert row["Results"] == text_of_number(result * len(NEWEST))
            assert row["Results before"] == text_of_number(result)
            assert row["Spend before"] == text_of_number(spend)
            cost = f"{(spend / result) * (1000 if goal == 0 else 1):.10f}"
            for head in ("Cost of a result", "Cost of a result before"):
                assert f"{Decimal(row[head]):.10f}" == cost
    text = agency.text[agency.text.index("Campaigns Campaign") :]
    assert "Campaign 24 Leads 72.75 ↑ 200.0% " in text
    assert "12 Leads 6.06 0.00 12.00" in text, "conversions still come in, so they are not compared"
    assert "637.5 Pin clicks ↑ 200.0% 0.10 → 0.0%" in text
    assert "Results of campaigns, by what each is to bring about" in agency.text


def test_all_campaigns_over_budget_are_listed_with_their_days(agency: Agency) -> None:
    text = agency.text[agency.text.index("Campaigns over budget") : agency.text.index("Conversions by type")]
    names = [f"Campaign {number} {len(NEWEST)} 12.00 " for number in range(12, 25)]
    assert [name for name in names if name not in text] == []
    assert "Campaign 11 " not in text


def test_each_day_of_the_chart_is_a_row_for_each_account(agency: Agency) -> None:
    days = {row["First day"]: row for row in tables_in(agency.page)["days-EUR.csv"]}
    assert set(days) == {day(back) for back in (*NEWEST, 45)}
    for first, row in days.items():
        assert (row["Ad account"], row["Last day"]) == ("Möbel", first)
        assert row["Spend"] == text_of_number(sum(Decimal(number) + Decimal("0.25") for number in range(25)))


def test_accounts_of_one_currency_have_a_block_each(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for account, spend in (("7", 10), ("8", 5)):
        folder.account(account, f"Shop {account}", "EUR")
        folder.record("campaigns", {"id": f"c{account}", "name": f"Sale {account}", "ad_account_id": account})
        for back, factor in ((0, 2), (45, 1)):
            folder.delivered(OWN, account, day(back), spend * factor, TOTAL_CHECKOUT=1)
            folder.delivered(CAMPAIGNS, account, day(back), spend * factor, CAMPAIGN_ID=f"c{account}")
        for stream in (OWN, CAMPAIGNS):
            folder.days(stream, account)
    page = folder.page()
    rows = [(row["First day"], row["Ad account ID"], row["Spend"]) for row in tables_in(page)["days-EUR.csv"]]
    assert rows == [(day(45), "7", "10"), (day(45), "8", "5"), (day(0), "7", "20"), (day(0), "8", "10")]
    [first, second] = text_of(page).split("Shop 7 7 Spend 20.00")[1].split("Shop 8 8 Spend 10.00")
    assert "Conversions (Checkout) 1 " in first
    assert "Sale 7 " in first
    assert "Sale 8" not in first
    assert "Sale 8 " in second


def test_the_profile_and_its_pins_are_shown_over_the_days_of_the_ads(agency: Agency) -> None:
    assert "<title>Pinterest ads and organic: 2 ad accounts</title>" in agency.page
    assert f"Impressions {sum(1000 + back for back in NEWEST):,} " in agency.text
    files = tables_in(agency.page)
    days = {row["Day"]: row["Impressions"] for row in files["profile-days.csv"]}
    assert days == {day(back): str(1000 + back) for back in (*NEWEST, 45)}
    pins = {row["ID"]: (row["Impressions"], row["Saves"]) for row in files["pins.csv"]}
    assert pins == {f"p{pin}": (str(pin * len(NEWEST)), str(sum(NEWEST))) for pin in range(12)}
    shown = agency.text[agency.text.index("Pins those with") :]
    assert " p2 6 39 - - Save" in shown
    assert " p1 " not in shown


def text_of_number(number: Decimal) -> str:
    """A number without zeros at its end."""
    return f"{number.normalize():f}"
