"""The businesses that are read: those that the user works for, and the user itself if it is one."""

from typing import Any

import pytest
import requests_mock

from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.business import BusinessAssets, BusinessEmployers, BusinessMembers, BusinessPartners
from unit_tests.answers import refused
from unit_tests.streams.pinterest import Pinterest

EMPLOYERS, USER = "businesses/employers", "user_account"


def user(account_type: str) -> dict[str, Any]:
    return {"json": {"id": 7, "account_type": account_type}}


def businesses(pinterest: Pinterest, stream: type[PinterestStream] = BusinessMembers) -> list[str]:
    return [one["business_id"] for one in pinterest.tasks(stream) if one.error is None]


@pytest.mark.parametrize(
    ("account_type", "employers", "read"),
    [
        ("BUSINESS", ["5", "6"], ["5", "6", "7"]),
        ("PINNER", ["5", "6"], ["5", "6"]),
        ("BUSINESS", ["7", "5"], ["7", "5"]),
    ],
)
def test_the_users_own_business_is_read_once(
    pinterest: Pinterest, account_type: str, employers: list[str], read: list[str]
) -> None:
    pinterest.answers(USER, user(account_type))
    pinterest.lists(EMPLOYERS, *employers)

    for stream in (BusinessMembers, BusinessPartners, BusinessAssets):
        assert businesses(pinterest, stream) == read
    assert len(pinterest.asked(USER)) == len(pinterest.asked(EMPLOYERS)) == 1


@pytest.mark.parametrize("options", [{"account_id": "11"}, {"organic_per_ad_account": True}], ids=str)
def test_the_own_business_is_that_of_the_token_also_if_profiles_of_owners_are_read(
    mock: requests_mock.Mocker, options: dict[str, Any]
) -> None:
    pinterest = Pinterest(mock, **options)
    pinterest.answers(USER, user("BUSINESS"))
    pinterest.lists(EMPLOYERS)

    assert businesses(pinterest) == ["7"]
    [request] = pinterest.asked(USER)
    assert "ad_account_id" not in str(request)


@pytest.mark.parametrize("answer", [user("BUSINESS"), refused(503), refused(401, 3)], ids=["answer", "trouble", "none"])
def test_the_user_is_requested_once_for_all_streams(pinterest: Pinterest, answer: dict[str, Any]) -> None:
    pinterest.answers(USER, answer)
    pinterest.lists(EMPLOYERS, "5")
    for stream in (BusinessEmployers, BusinessMembers):
        pinterest.stream(stream).select()
    [everything] = pinterest.tasks(BusinessEmployers)

    assert pinterest.read(BusinessEmployers, everything) == [{"id": "5"}]
    assert businesses(pinterest)[:1] == ["5"]
    assert len(pinterest.asked(USER)) == len(pinterest.asked(EMPLOYERS)) == 1


def test_employers_that_no_stream_needs_cost_no_request(pinterest: Pinterest) -> None:
    pinterest.lists(EMPLOYERS, "5")
    pinterest.stream(BusinessEmployers).select()
    [everything] = pinterest.tasks(BusinessEmployers)

    assert pinterest.read(BusinessEmployers, everything) == [{"id": "5"}]
    assert not pinterest.asked(USER)


def test_without_the_permission_of_profiles_the_employers_are_read(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest.answers(USER, refused(401, 3))
    pinterest.lists(EMPLOYERS, "5")

    assert businesses(pinterest) == ["5"]
    [warning] = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "permission user_accounts:read" in warning
