"""The page about a folder of `read` says what the files of the folder hold."""

import base64
import csv
import io
import os
import re
import stat
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from source_pinterest.cli.page import main
from source_pinterest.cli.page_data import METRICS
from source_pinterest.columns import DEFAULT_COLUMNS
from unit_tests.cli.page_folder import (
    AD_GROUPS,
    ADS,
    CAMPAIGNS,
    FIRST,
    LAST_FINAL,
    MILLION,
    OWN,
    TARGETING,
    TODAY,
    Folder,
    day,
    tags_of,
    text_of,
    with_sums,
)

TOMORROW = TODAY + timedelta(days=1)


def tables_in(page: str) -> dict[str, list[dict[str, str]]]:
    """The tables that a page offers to save, by the names of their files. Each has a byte order mark, for Excel."""
    links = [(str(a["download"]), str(a["href"])) for tag, a in tags_of(page) if tag == "a" and "download" in a]
    texts = {name: base64.b64decode(link.partition("base64,")[2]).decode() for name, link in links}
    assert len(texts) == len(links)
    assert all(text.startswith("\ufeff") for text in texts.values())
    return {name: list(csv.DictReader(io.StringIO(text[1:]))) for name, text in texts.items()}


def seconds_of(on: date) -> int:
    return int(datetime(on.year, on.month, on.day, tzinfo=UTC).timestamp())


def section(text: str, name: str) -> str:
    """The part of a page's text from a heading on."""
    return text[text.index(name) :]


def said(on: object) -> str:
    """A day as the page writes it."""
    one = date.fromisoformat(str(on))
    return f"{one.day} {one:%b %Y}"


def between(first: object, last: object) -> str:
    """A window as the page writes it."""
    start, end = (date.fromisoformat(str(one)) for one in (first, last))
    return f"{start.day} {start:%b}{f' {start:%Y}' if start.year != end.year else ''} to {said(end)}"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


class Shown(NamedTuple):
    """A page, and its text."""

    folder: Path
    page: str
    text: str


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """The page of one ad account of which everything was read: three campaigns of an ad group and an ad each.

    It spends 10 EUR a day, and twice as much in the newest 30 days. Only the first campaign sells.
    """
    folder = Folder(tmp_path_factory.mktemp("shop"))
    folder.account("7")
    sold = {"TOTAL_CONVERSIONS": 8, "TOTAL_CHECKOUT": 2, "TOTAL_VIEW_CHECKOUT": 1, "TOTAL_CLICK_ADD_TO_CART": 3}
    sold |= {"TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR": 50 * MILLION}
    for back in range(60):
        twice = 2 if back < 30 else 1
        folder.delivered(OWN, "7", day(back), 10 * twice, **sold)
        for number, spend in ((1, 4), (2, 5), (3, 1)):
            fields: dict[str, Any] = {"CAMPAIGN_ID": f"7{number}", **(sold if number == 1 else {})}
            folder.delivered(CAMPAIGNS, "7", day(back), spend * twice, **fields)
            folder.delivered(AD_GROUPS, "7", day(back), spend * twice, AD_GROUP_ID=f"71{number}", **fields)
            if (number, back) == (2, 1):
                fields |= {"TOTAL_VIDEO_MRC_VIEWS": 40, "TOTAL_VIDEO_P95_COMBINED": 10}
            group = {"AD_ID": f"70{number}", "AD_GROUP_ID": f"71{number}"}
            folder.delivered(ADS, "7", day(back), spend * twice, **group, **fields)
        for number, country in enumerate(("US", "DE", "FR", "GB", "IT", "ES", "PL")):
            row = {"TARGETING_TYPE": "COUNTRY", "TARGETING_VALUE": country, "AD_ACCOUNT_ID": "7", "DATE": day(back)}
            folder.record(TARGETING, {**row, "SPEND_IN_MICRO_DOLLAR": MILLION / (number + 1), "IMPRESSION_1": 100})
    folder.delivered(OWN, "7", day(-1), 900)
    folder.delivered(OWN, "7", str(TODAY), 1000)
    for stream in (OWN, CAMPAIGNS, AD_GROUPS, ADS, TARGETING):
        folder.days(stream, "7")
    first, later = seconds_of(FIRST), seconds_of(LAST_FINAL + timedelta(days=10))
    active = {"status": "ACTIVE", "objective_type": "WEB_CONVERSION"}
    life = {"lifetime_spend_cap": (30 * 10 + 30 * 5 + 200) * MILLION, "start_time": first, "end_time": later}
    long_life = {"budget_type": "LIFETIME", "budget_in_micro_currency": 900 * MILLION}
    long_life |= {"start_time": seconds_of(FIRST - timedelta(days=1)), "end_time": later}
    a_day = {"budget_type": "DAILY", "budget_in_micro_currency": MILLION}
    entities: dict[str, Sequence[dict[str, Any]]] = {
        "campaigns": (
            {"id": "71", "name": "Spring", **active, "daily_spend_cap": 3 * MILLION},
            {"id": "72", "name": "Autumn", **active, **life},
            {"id": "73", "name": "=2+3", **active, "status": "PAUSED", "daily_spend_cap": MILLION},
        ),
        "ad_groups": (
            {"id": "711", "name": "Women", "status": "ARCHIVED", **a_day},
            {"id": "712", "name": "Teens", "status": "PAUSED", **long_life},
            {"id": "713", "name": "Men", "status": "ACTIVE", **a_day},
        ),
        "ads": tuple({"id": f"70{number}", "name": f"Ad {number}", "status": "ACTIVE"} for number in (1, 2, 3)),
    }
    folder.record("campaigns", {"id": "73", "ad_account_id": "7", "name": "Older", **active}, TODAY - timedelta(days=1))
    for stream, records in entities.items():
        for record in records:
            folder.record(stream, {"ad_account_id": "7", **record})
        folder.end(stream)
    folder.end("boards", "INCOMPLETE", "boards can't be read: the token lacks boards:read.")
    page = folder.page()
    return Shown(folder.path, page, text_of(page))


def test_the_newest_final_days_stand_beside_those_before(shop: Shown) -> None:
    assert f"{between(day(29), day(0))}: the newest 30 days whose spend is final, beside the 30 before." in shop.text
    assert "Spend 600.00 EUR ↑ 100.0%" in shop.text
    assert "Spend 600.00 - 300.00 ↑ 100.0%" in shop.text
    assert "Impressions 720,000 600,000 360,000 ↑ 100.0%" in shop.text
    assert "CTR 0.83% 1.00% 0.83% → 0.0%" in shop.text
    assert "CPC 0.10 0.10 0.10 → 0.0%" in shop.text
    assert "Shop 7 EUR Europe/Berlin" in shop.text
    assert "attribution window 30/30/1 (days after a click, an engagement, a view)" in shop.text
    assert "No day is missing." in shop.text
    assert "Columns: those of the default." in shop.text
    assert "read also ad_pins." in shop.text


def test_numbers_that_still_grow_are_not_compared(shop: Shown) -> None:
    """With the same spend and the same conversions in the end, the newest days always have less of them."""
    assert "Conversions (Checkout) 60 CPA (Checkout) 10.00 EUR ROAS" in shop.text
    assert "ROAS (Checkout) 2.50 Spend by day" in shop.text
    assert "ROAS (Checkout) 2.50 - 5.00 " in shop.text
    assert "they are final up to" in shop.text


def test_yesterday_and_the_last_months_have_their_spend_as_text(shop: Shown) -> None:
    yesterday = f"{said(day(-1))} 900.00"
    assert f"{said(TODAY)} 1,000.00 {yesterday} {said(day(0))} 20.00" in shop.text
    assert "June 2025 2,460.00 May 2025 330.00" in shop.text


def test_equal_sums_are_one_line_for_each_level(shop: Shown) -> None:
    assert "The sums agree, to the last digit." in shop.text
    for stream in (CAMPAIGNS, AD_GROUPS, ADS):
        assert f"{stream} adds up to Pinterest's own totals, on 88 days of 1 ad account." in shop.text


def test_conversions_are_told_by_type_as_far_as_they_were_read(shop: Shown) -> None:
    table = section(shop.text, "Conversions by type")
    assert "Carts - - - 90 0 -" in table, "their number was not requested"
    assert "Checkouts 60 10.00 1,500.00 0 30 50.00%" in table
    assert "Sign-ups" not in table
    saved = {row["Type"]: row for row in tables_in(shop.page)["conversions-EUR.csv"]}
    assert [saved["Checkouts"][head] for head in ("Conversions", "Value", "After a click")] == ["60", "1500", "0"]
    assert saved["Carts"]["Conversions"] == ""


def test_a_campaign_says_what_it_is_and_how_it_spends_its_budget(shop: Shown) -> None:
    text = section(shop.text, "Campaigns Campaign")
    assert re.search(r"Spring Web conversion 240\.00 .* 60 Checkouts 4\.00 6\.25 3\.00 8\.00 spent, over", text)
    assert re.search(r"Autumn Web conversion 300\.00 .* 20\.00 10\.00 spent, under", text), "200 for ten days"
    assert re.search(r"=2\+3 Web conversion paused 60\.00 [^=]* 1\.00 Total", text), "it is to spend no more"
    assert "Older" not in text


def test_ad_groups_stand_between_campaigns_and_ads_and_say_what_does_not_run(shop: Shown) -> None:
    text = section(shop.text, "Ad groups Ad group")
    assert shop.text.index("Campaigns Campaign") < shop.text.index(text) < shop.text.index("Ads those with")
    assert "Women Spring archived 240.00" in text
    assert re.search(r"Teens Autumn paused 300\.00 .* - Women", text), "days of its life were not read"
    assert re.search(r"Men =2\+3 campaign paused 60\.00 [^=]* 1\.00 Total", text)
    assert "Ad 1 Spring ad group archived" in text
    assert "Ad 2 Autumn ad group paused" in text
    assert "Ad 3 =2+3 campaign paused" in text


def test_who_saw_it_has_the_five_largest_groups_and_the_others(shop: Shown) -> None:
    text = section(shop.text, "Who saw it")
    assert "US 30.00" in text
    assert "2 others 9.29" in text
    saved = {row["Value"]: row["Spend"] for row in tables_in(shop.page)["audiences-EUR.csv"]}
    assert list(saved) == ["US", "DE", "FR", "GB", "IT", "ES", "PL"]
    assert saved["US"] == "30"


def test_videos_are_told_with_the_cost_of_their_views(shop: Shown) -> None:
    assert "Ad 2 300.00 40 7.5000 10 30.0000 25.00%" in section(shop.text, "Video the ads with the most views")


def test_a_name_in_a_table_to_save_is_no_formula(shop: Shown) -> None:
    assert [row["Name"] for row in tables_in(shop.page)["campaigns-EUR.csv"]] == ["Autumn", "Spring", "'=2+3"]


def test_a_stream_that_failed_has_its_sentence(shop: Shown) -> None:
    assert "Not read to the end: boards." in shop.text
    assert "boards can't be read: the token lacks boards:read." in section(shop.text, "The streams")


def test_the_page_is_about_as_many_days_as_it_is_told(shop: Shown, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--output", str(shop.folder), "--last", "7"]) == 0
    assert capsys.readouterr().out == f"{shop.folder / 'page.html'}\n"
    assert stat.S_IMODE((shop.folder / "page.html").stat().st_mode) == 0o600
    text = text_of((shop.folder / "page.html").read_text(encoding="utf-8"))
    assert f"{between(day(6), day(0))}: the newest 7 days whose spend is final, beside the 7 before." in text
    assert "Spend 140.00 EUR" in text
    with pytest.raises(SystemExit):
        main(["--output", str(shop.folder), "--last", "0"])
    assert "a number of days is from 1 to 450, not 0" in capsys.readouterr().err


def test_windows_of_which_a_day_lacks_are_not_compared(folder: Folder) -> None:
    folder.account("7")
    for back in range(60):
        folder.delivered(OWN, "7", day(back), 10)
    folder.days(OWN, "7", missing=[[day(40), day(40)]])
    text = folder.text()
    assert "the newest 30 days whose spend is final." in text
    assert "Spend 300.00 EUR" in text
    assert "→" not in text


def test_a_read_of_today_shows_its_numbers_and_that_they_may_change(folder: Folder) -> None:
    folder.options = {"start_date": str(TODAY)}
    folder.account("7", currency="JPY")
    folder.delivered(OWN, "7", str(TODAY), 1234)
    folder.days(OWN, "7", **{"from": str(TODAY), "missing": None})
    text = folder.text()
    assert f"{said(TODAY)}: no day is final yet, so all numbers may still change." in text
    assert "Spend 1,234 JPY" in text
    assert "CPC 0.10 JPY" in text


def test_campaigns_and_ads_add_up_to_their_account_with_a_line_for_the_rest(folder: Folder) -> None:
    folder.account("7")
    with_sums(folder)
    folder.delivered(OWN, "7", day(3), 25, TOMORROW)
    for number in range(12):
        folder.delivered(CAMPAIGNS, "7", day(4), 0.5, CAMPAIGN_ID=f"small{number}", CAMPAIGN_NAME=f"Small {number}")
    folder.delivered(OWN, "7", day(4), 16, TOMORROW)
    for back in range(30):
        folder.delivered(AD_GROUPS, "7", day(back), 9)
    folder.days(AD_GROUPS, "7")
    page = folder.page()
    text = text_of(page)
    assert re.search(r"4 others 2\.00 .* In the account's total only 15\.00 .* Total 321\.00 ", text)
    assert re.search(r"Ad group Spend .* Without a row of an ad group 51\.00 .* Total 321\.00 ", text)
    assert re.search(r"Ad Spend .* Without a row of an ad 21\.00 .* Total 321\.00 ", text)
    assert len(re.findall(r'class="spark"[^>]*><path d="[^"]*v-20\.0h', page)) == 12, "each line to its own scale"


def test_a_day_that_the_account_lacks_is_omitted_from_its_campaigns_too(folder: Folder) -> None:
    folder.account("7")
    with_sums(folder)
    folder.states[OWN]["states"][0]["cursor"]["missing"] = [[day(5), day(5)]]
    text = folder.text()
    assert f"Not in these numbers: {said(day(5))} of Shop 7." in text
    assert re.search(r"Autumn 174\.00 .* Spring 116\.00 .* Total 290\.00", text)
    assert "account's total" not in text


def test_what_campaigns_of_catalogs_spend_without_an_ad_is_no_difference(folder: Folder) -> None:
    folder.account("7")
    with_sums(folder)
    lines = [line.replace('"AD_ID": "71"', '"AD_ID": "71", "CAMPAIGN_ID": "71"') for line in folder.lines]
    lines = [line for line in lines if '"AD_ID": "72"' not in line]
    folder.lines[:] = lines
    folder.record("campaigns", {"id": "72", "ad_account_id": "7", "name": "Feed", "objective_type": "CATALOG_SALES"})
    folder.end("campaigns")
    text = folder.text()
    assert "The sums agree, to the last digit." in text
    assert "180 numbers of catalog sales campaigns are skipped" in text
    assert "Without a row of an ad 180.00" in text


def test_two_currencies_are_never_added_up(folder: Folder) -> None:
    for account, currency in (("7", "EUR"), ("8", "USD")):
        folder.account(account, currency=currency)
        with_sums(folder, account)
    text = folder.text()
    assert "EUR 300.00 spent by Shop" in text
    assert "USD 300.00 spent by Shop" in text
    assert "600.00" not in text
    assert text.count("Campaigns Campaign Spend") == 2
    assert text.count("Ad Spend Impressions") == 2


def test_rows_that_a_cut_answer_lacks_are_found_in_the_sums(folder: Folder) -> None:
    with_sums(folder)
    cut = f'"AD_ID": "72", "AD_ACCOUNT_ID": "7", "DATE": "{day(3)}"'
    assert len([line for line in folder.lines if cut in line]) == 1
    folder.lines[:] = [line for line in folder.lines if cut not in line]
    text = folder.text()
    assert f"The sums differ in 3 numbers, the newest on {said(day(3))}." in text
    sums = section(text, "What differs, the newest day first")
    assert f"{day(3)} Shop" not in sums
    assert f"{day(3)} ad account 7 Spend 10 4 ads" in sums
    assert f"{day(3)} ad account 7 Impressions 12,000 4,800 ads" in sums
    assert "What can cause it: a catalog sales campaign" in sums
    assert f"{CAMPAIGNS} adds up" in text
    assert "Not read, so not compared: ad_group_analytics." in text


def test_a_missing_window_is_named_and_not_taken_for_days_without_delivery(folder: Folder) -> None:
    with_sums(folder)
    folder.states[CAMPAIGNS]["states"][0]["cursor"]["missing"] = [[day(9), day(5)]]
    page = folder.page()
    text = text_of(page)
    assert f"Something is missing: campaign_analytics of ad account 7, {between(day(9), day(5))}." in text
    assert f"campaign_analytics of ad account 7: {between(day(9), day(5))} (5 days) missing. The next read" in text
    assert f"{CAMPAIGNS} adds up to Pinterest's own totals, on 83 days" in text
    assert f"<title>{day(9)} to {day(5)}: missing</title>" in page


def test_days_that_a_state_lacks_are_named(folder: Folder) -> None:
    behind = {"DATE": day(40)}
    folder.days(CAMPAIGNS, "7", ending="INCOMPLETE")
    folder.days(CAMPAIGNS, "8", **behind)
    folder.days(AD_GROUPS, "7", ending="INCOMPLETE", **behind)
    folder.days(ADS, "7", **{"from": "2022-01-01", "missing": [["2022-02-01", "2022-02-05"]]})
    text = folder.text()
    assert f"campaign_analytics of ad account 8: {between(day(39), TODAY)} (42 days) missing." in text
    assert "campaign_analytics of ad account 7" not in text
    assert f"ad_group_analytics of ad account 7: {between(day(39), TODAY)} (42 days) missing." in text
    gone = "1 Feb to 5 Feb 2022 (5 days) never read, and Pinterest does not keep it any more."
    assert f"ad_analytics of ad account 7: {gone}" in text


def test_an_account_of_which_nothing_was_read_is_named_with_what_was_said(folder: Folder) -> None:
    folder.account("7")
    folder.account("8", "Second")
    folder.end(CAMPAIGNS, "INCOMPLETE", "Ad account 8 can't be read: HTTP 503.")
    folder.days(CAMPAIGNS, "7")
    text = folder.text()
    assert "campaign_analytics of Second 8: no day was read. Ad account 8 can't be read: HTTP 503." in text


def test_days_before_the_first_whole_week_are_not_missing(folder: Folder) -> None:
    monday = FIRST - timedelta(days=FIRST.weekday())
    folder.options["start_date"] = str(monday - timedelta(days=2))
    folder.days("brand_conversions_report", "7", **{"from": str(monday)})
    assert "missing." not in section(folder.text(), "Is everything here?")


def test_final_days_are_those_that_no_conversion_can_change(folder: Folder) -> None:
    folder.days(CAMPAIGNS, "7")
    folder.end("user_account_analytics")
    folder.states["user_account_analytics"] = {"date": str(TODAY), "from": str(FIRST)}
    page = folder.page()
    until = TODAY - timedelta(days=34)
    assert f"{FIRST} to {until} final, {until + timedelta(days=1)} to {day(0)} spend final" in page
    until, after = (TODAY - timedelta(days=age) for age in (7, 6))
    assert f"{FIRST} to {until} final, {after} to {TODAY} provisional" in page, "profiles have no conversions"
    assert "the token's own user" in text_of(page)
    folder.options["lookback_days"] = 5
    page = folder.page()
    assert f'aria-label="{FIRST} to {day(0)} spend final' in page
    assert "Days are not read again for as long as conversions may come in" in text_of(page)


def test_an_append_folder_has_each_day_once_and_claims_no_later_conversions(folder: Folder) -> None:
    folder.append = True
    with_sums(folder)
    for state in folder.states.values():
        state["states"][0]["cursor"]["DATE"] = day(0)
        state["form"] = {"rows": "final", "granularity": "DAY"}
    page = folder.page()
    assert "No day is missing." in text_of(page)
    assert f'aria-label="{FIRST} to {day(0)} spend final"' in page


def test_a_restated_row_replaces_the_older_one(folder: Folder) -> None:
    yesterday = TODAY - timedelta(days=1)
    folder.delivered(OWN, "7", day(0), 999, at=yesterday)
    folder.run(yesterday)
    folder.delivered(OWN, "7", day(0), 5)
    folder.days(OWN, "7")
    text = folder.text()
    assert "5.00 unknown currency" in text
    assert "999" not in text
    assert "ad_account_analytics 2 " in section(text, "The streams")


def test_unrequested_columns_are_skipped(folder: Folder) -> None:
    folder.options["analytics_columns"] = ["SPEND_IN_DOLLAR", "IMPRESSION_1", "IMPRESSION_2"]
    for stream in (OWN, ADS):
        for back in range(60):
            row = {"AD_ACCOUNT_ID": "7", "AD_ID": "1", "DATE": day(back), "SPEND_IN_DOLLAR": 1.5, "IMPRESSION_1": 3}
            folder.record(stream, row)
        folder.days(stream, "7")
    text = folder.text()
    assert "45.00 unknown currency" in text
    assert "CTR" not in text[: text.index("About these numbers")]
    assert "Not compared, because a column was not requested: Pin clicks, Outbound clicks, Saves" in text
    assert "3 chosen" not in text
    assert "3 that were chosen" in text


def test_a_page_without_ads_shows_the_streams(folder: Folder) -> None:
    folder.record("boards", {"id": "1", "name": "Ideas"})
    folder.end("boards")
    text = folder.text()
    assert "boards 1 COMPLETE" in text
    assert "read also ad_accounts campaigns ad_groups ads ad_pins ad_account_analytics" in text
    assert "No stream with days was read." in text


def test_a_folder_of_organic_streams_shows_the_profile_and_its_pins_alone(folder: Folder) -> None:
    final = TODAY - timedelta(days=7)
    for stream, more in (("user_account_analytics", {}), ("pin_analytics", {"pin_id": "91"})):
        for back in range(60):
            metrics = {"IMPRESSION": 100 if back < 30 else 50, "ENGAGEMENT": 9, "SAVE": 4, "PIN_CLICK": 5}
            folder.record(stream, {"date": str(final - timedelta(days=back)), "metrics": metrics, **more})
        folder.record(stream, {"date": str(TODAY), "metrics": {"IMPRESSION": 7_777}, **more})
        folder.states[stream] = {"date": str(TODAY), "from": str(FIRST)}
        folder.end(stream)
    for number in range(12):
        row = {"date": str(final), "pin_id": str(number), "metrics": {"IMPRESSION": number}}
        folder.record("pin_analytics", row)
    folder.record("user_account", {"id": "1", "username": "mill", "business_name": "Mill", "follower_count": 1234})
    picture = {"images": {"150x150": {"url": "https://i.pinimg.com/91.jpg"}}}
    folder.record("pins", {"id": "91", "title": "Oak table", "link": "https://shop.example/91", "media": picture})
    for stream in ("user_account", "pins"):
        folder.end(stream)
    page = folder.page()
    text = text_of(page)
    assert "<title>Pinterest organic: Mill</title>" in page
    first = final - timedelta(days=29)
    assert f"{between(first, final)}: the newest 30 days whose numbers are final, beside the 30 before." in text
    assert "Impressions 3,000 ↑ 100.0% Engagements 270 → 0.0% Saves 120 → 0.0%" in text
    assert "Followers 1,234" in text
    assert "Oak table https://shop.example/91 3,000 120 150 - 11 11" in text
    assert "3 3 - - - Save as CSV" in text, "the tenth pin is the last"
    assert 'src="https://i.pinimg.com/91.jpg"' in page
    assert "https://www.pinterest.com/pin/91/" in page
    assert len(tables_in(page)["pins.csv"]) == 13
    days = {row["Day"]: row["Impressions"] for row in tables_in(page)["profile-days.csv"]}
    assert (days[str(final)], days[str(TODAY)], len(days)) == ("100", "7777", 61)
    for absent in ("ad account", "Ads Manager", "Spend", "campaign"):
        assert absent not in text


def test_without_daily_numbers_of_pins_their_ranking_is_shown(folder: Folder) -> None:
    for sort_by, impressions, end in (("IMPRESSION", 500, day(0)), ("SAVE", 900, day(0)), ("IMPRESSION", 700, day(1))):
        row = {"sort_by": sort_by, "pin_id": f"{impressions}", "start_date": day(30), "end_date": end}
        folder.record("top_pins", {**row, "metrics": {"IMPRESSION": impressions, "SAVE": 2}})
    folder.end("top_pins")
    text = section(folder.text(), "The profile and its pins")
    assert f"those with the most impressions, {between(day(30), day(0))}" in text
    assert "500 500 2 - -" in text
    assert "900 900" not in text
    assert "700 700" not in text
    assert "read also pins." in text


def test_a_folder_without_messages_is_told_and_the_folder_that_has_them(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--output", str(folder.path)]) == 1
    assert "has no messages of a read. Read streams into it first (make read)." in capsys.readouterr().err
    outer, folder.path = folder.path, folder.path / "read"
    folder.path.mkdir()
    with_sums(folder).run()
    assert main(["--output", str(outer)]) == 1
    assert f"Its folder {folder.path} has." in capsys.readouterr().err
    assert not (outer / "page.html").exists()


def test_the_messages_of_a_run_that_goes_on_are_read_and_not_changed(folder: Folder) -> None:
    with_sums(folder)
    folder.run(TODAY - timedelta(days=1))
    folder.delivered(OWN, "7", str(TODAY), 7)
    folder.end("campaigns", ending="")
    folder.run(suffix=".part")
    [part] = folder.path.glob("*.part")
    part.write_bytes(before := part.read_bytes() + b'{"type":"RECORD","record":{"stream":"ad_')
    text = folder.text()
    assert part.read_bytes() == before
    assert f"The run of {part.name} continues, or was killed" in text
    assert "campaigns 0 Cut off: the run ended before this stream did." in text


def test_forty_accounts_with_the_same_days_share_a_strip_each_stream(folder: Folder) -> None:
    for number in range(40):
        folder.account(str(700 + number), f"Shop {number}")
        with_sums(folder, str(700 + number), range(3))
    folder.states[ADS]["states"][5]["cursor"]["missing"] = [[day(2), day(2)]]
    text = folder.text()
    assert "40 ad accounts" in text
    assert "ad_account_analytics 40 ad accounts" in text
    assert "ad_analytics 39 ad accounts" in text
    assert f"ad_analytics of Shop 5 705: {said(day(2))} (1 day) missing." in text


def test_content_of_the_account_is_escaped_and_only_web_addresses_are_links(folder: Folder) -> None:
    evil = "</script><img src=x onerror=alert(1)>"
    folder.account("7", name=evil)
    with_sums(folder)
    addresses = {"71": "javascript:alert(1)", "72": "https://shop.example/?a=1&b=\"'<"}
    for ad, address in addresses.items():
        picture = f"https://i.{'pinimg.com' if ad == '72' else 'example'}/{ad}.jpg"
        folder.record("ad_pins", {"pin_id": f"p{ad}", "ad_account_id": "7", "title": evil, "image_url": picture})
        folder.record("ads", {"id": ad, "ad_account_id": "7", "pin_id": f"p{ad}", "destination_url": address})
    folder.end("ads")
    folder.end("ad_pins")
    folder.end("boards", "INCOMPLETE", f"boards: {evil}")
    page = folder.page()
    assert text_of(page).count(evil) == 9
    tags = tags_of(page)
    assert [attributes["src"] for tag, attributes in tags if tag == "img"] == ["https://i.pinimg.com/72.jpg"]
    assert [attributes["href"] for tag, attributes in tags if tag == "a" and "rel" in attributes] == [addresses["72"]]
    assert not {"script", "iframe", "object", "form"} & {tag for tag, _ in tags}
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on") or name == "style"]
    [policy] = [a["content"] for tag, a in tags if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src https://i.pinimg.com data:; style-src 'sha256-")


def test_without_a_folder_or_duckdb_one_sentence_says_what_to_do(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_sums(folder).run()
    assert main(["--output", str(folder.path / "none")]) == 1
    assert "none has no messages of a read. Read streams into it first" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert main(["--output", str(folder.path)]) == 1
    assert "DuckDB is missing. `make install` installs it" in capsys.readouterr().err


def test_a_file_name_that_is_not_utf8_is_an_error(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    name = os.fsdecode(b"messages-\xe9.jsonl")
    (folder.path / name).touch()
    assert main(["--output", str(folder.path)]) == 1
    assert "messages-\ufffd.jsonl is not UTF-8. Rename it" in capsys.readouterr().err


def test_a_folder_whose_path_looks_like_a_partition_is_read_like_any_other(folder: Folder) -> None:
    folder.path = folder.path / "type=x" / "record=2" / "stream=boards"
    folder.path.mkdir(parents=True)
    text = with_sums(folder).text()
    assert "Spend 300.00" in text
    for absent in ("which make read does not name so", "Conversions by type", "Video the ads", "Budget a day"):
        assert absent not in text, "nothing of it was read"
    assert "Conversions (Checkout) 0 CPA (Checkout) - ROAS (Checkout) 0.00 Spend by day" in text


def test_what_is_odd_in_a_folder_is_no_end_without_a_sentence(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    custom = "custom__" + "広告グループ" * 20
    folder.record(custom, {"DATE": day(3)})
    folder.account("7", name="n" * 10_000)
    with_sums(folder)
    folder.lines[-30] = folder.lines[-30].replace('"emitted_at": ', f'"emitted_at": {2**63 - 1}, "at": ')
    folder.delivered(OWN, "7", day(3), 11)
    folder.lines[-1] = re.sub(r'"emitted_at": \d+', f'"emitted_at": {2**63 - 1}', folder.lines[-1])
    page = folder.page()
    assert custom in page
    assert "The sums differ" in text_of(page)
    assert "n" * 301 not in page
    state = folder.path / "state.json"
    state.write_text(state.read_text(encoding="utf-8").replace(str(TODAY), "9999-12-31"), encoding="utf-8")
    capsys.readouterr()
    assert main(["--output", str(folder.path)]) == 1
    assert "the saved state can't be read" in capsys.readouterr().err


def test_of_very_many_things_the_page_shows_the_first_and_counts_the_others(folder: Folder) -> None:
    for number in range(300):
        folder.end(f"custom__{number:03}", "" if number else "INCOMPLETE")
        folder.account(str(1_000 + number), currency=f"X{number % 60:02}")
        folder.delivered(OWN, str(1_000 + number), day(number % 60), 10)
        folder.days(OWN, str(1_000 + number), missing=[[day(number % 60 + 10), day(number % 60 + 9)]])
    folder.streams[:] = ["ad_accounts", OWN]
    page = folder.page()
    text = text_of(page)
    assert "custom__199" not in page[: page.index("custom__")]
    assert "Not read to the end: custom__000, custom__001" in text
    assert "and 290 more." in text
    assert "And 102 more." in section(text, "The streams")
    assert "And 100 more." in section(text, "The ad accounts, with ID")
    assert "And 20 more." in section(text, "By currency")
    assert len(page) < 1_500_000


def test_every_field_that_the_page_names_is_a_column() -> None:
    assert {field for metric in METRICS for field in metric.fields} <= set(DEFAULT_COLUMNS)


def test_a_link_in_the_place_of_the_page_is_replaced(folder: Folder, tmp_path: Path) -> None:
    folder.account("7", name="x\nssh-ed25519 AAAA")
    keys = tmp_path / "authorized_keys"
    keys.write_text("mine\n", encoding="utf-8")
    (folder.path / "page.html").symlink_to(keys)
    folder.text()

    assert keys.read_text(encoding="utf-8") == "mine\n"
    assert not (folder.path / "page.html").is_symlink()


def test_a_pipe_among_the_messages_is_rejected(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(folder.path / "messages-2025-06-30T11-00-00-000000Z.jsonl")

    assert main(["--output", str(folder.path)]) == 1
    assert "is a link or no ordinary file" in capsys.readouterr().err


def test_no_page_is_written_into_a_folder_of_another_user(
    folder: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: folder.path.stat().st_uid + 1)
    os.chown(folder.path, 4711, -1) if os.getuid() == 0 else None

    assert main(["--output", str(folder.path)]) == 1
    assert "can't be read or written" in capsys.readouterr().err
    assert not (folder.path / "page.html").exists()
