"""Hidden options that are set are logged with their description, but without secrets."""

import pytest

from source_pinterest.config import Config
from unit_tests.configs import OAUTH, SECRETS, TODAY, config
from unit_tests.test_spec import HIDDEN, OPTIONS

VALUES = {"account_id": "549761668032", "request_timeout_seconds": 30.5, "report_timeout_minutes": 15}
FLAT = {key: value for key, value in OAUTH.items() if key != "auth_method"} | {"access_token": "false-access-token"}


def test_what_the_form_shows_needs_no_mention() -> None:
    assert Config.from_mapping(config(account_ids=["12"], status=["PAUSED"], max_wait_minutes=5), TODAY).notices == ()


@pytest.mark.parametrize("key", sorted(HIDDEN - set(FLAT)))
def test_a_hidden_option_is_named_with_its_value_and_what_it_does(key: str) -> None:
    [notice] = Config.from_mapping(config(**{key: VALUES.get(key, 3)}), TODAY).notices

    assert notice == (
        f"{OPTIONS[key]['title']} ({key}) is set to {VALUES.get(key, 3)}. The form hides this option. "
        f"{OPTIONS[key]['description']}"
    )


def test_credentials_outside_their_place_are_named_without_a_value() -> None:
    notices = Config.from_mapping(FLAT, TODAY).notices

    assert [notice.partition(".")[0] for notice in notices] == [
        "Client ID (client_id) is set",
        "Client Secret (client_secret) is set",
        "Refresh Token (refresh_token) is set",
        "Access Token (access_token) is set",
    ]
    assert [secret for secret in (*SECRETS, OAUTH["client_id"]) if secret in " ".join(notices)] == []


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_a_hidden_option_without_a_value_is_not_set(blank: str | None) -> None:
    assert Config.from_mapping(config(num_workers=blank, account_id=blank), TODAY).notices == ()
