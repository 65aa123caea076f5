"""All threads share one valid token that is renewed in time, and refusals are final."""

import pytest
import requests
import requests_mock

from source_pinterest.api.auth import AccessTokenAuthenticator
from source_pinterest.api.errors import ConfigError
from source_pinterest.api.session import bearer_of
from source_pinterest.config.credentials import AccessTokenCredentials
from source_pinterest.masking import SECRETS
from unit_tests.api.token_endpoint import Endpoint, Handover, issued
from unit_tests.configs import BASIC_TOKEN
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits


def test_a_token_is_requested_once_as_pinterest_documents_it(endpoint: Endpoint, mock: requests_mock.Mocker) -> None:
    endpoint.answers(issued(1, scope="ads:read"), issued(2))
    assert endpoint.authenticator.granted == frozenset()

    assert {endpoint.token() for _ in range(5)} == {"Bearer false-access-token-1"}
    [request] = mock.request_history
    assert request.headers["Authorization"] == f"Basic {BASIC_TOKEN}"
    assert request.text == "grant_type=refresh_token&refresh_token=false-refresh-token"
    assert endpoint.authenticator.granted == {"ads:read"}


def test_a_token_that_many_threads_were_refused_is_replaced_once(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1), issued(2, refresh_token="false-refresh-token-2"), issued(3))
    endpoint.token()
    handover = Handover(endpoint)

    def replace() -> None:
        endpoint.authenticator.replace("false-access-token-1", is_last=True)

    threads = [in_thread(replace)]
    handover.begins()
    threads += [in_thread(replace) for _ in range(7)]
    assert waits(threads[-1])
    handover.may_end.set()
    for thread in threads:
        thread.result(PATIENCE_SECONDS)

    assert endpoint.token() == "Bearer false-access-token-2"
    assert endpoint.calls == 2


@pytest.mark.parametrize(
    ("lifetime", "after", "asked"), [(1_000, 939, 1), (1_000, 941, 2), (100, 89, 1), (100, 90, 2), (None, 3_541, 2)]
)
def test_a_token_is_renewed_before_it_expires(
    endpoint: Endpoint, lifetime: int | None, after: float, asked: int
) -> None:
    endpoint.answers(issued(1, expires_in=lifetime), issued(2))
    endpoint.token()
    endpoint.clock.now += after

    assert endpoint.token() == f"Bearer false-access-token-{asked}"


def refused(endpoint: Endpoint, number: int, *, is_last: bool) -> None:
    """Have Pinterest reject the access token of this number."""
    endpoint.authenticator.replace(f"false-access-token-{number}", is_last=is_last)


@pytest.fixture
def renewing(endpoint: Endpoint) -> Endpoint:
    """An endpoint with a new access token for each request, the first of which is in use."""
    endpoint.answers(*map(issued, range(1, 9)))
    endpoint.token()
    return endpoint


def test_the_third_new_token_that_is_rejected_in_a_row_is_the_last(renewing: Endpoint) -> None:
    refused(renewing, 1, is_last=True)
    refused(renewing, 2, is_last=True)
    for is_last in (True, False):
        with pytest.raises(ConfigError, match="just issued"):
            refused(renewing, 3, is_last=is_last)
    assert renewing.calls == 3

    renewing.authenticator.accepted("false-access-token-3")
    refused(renewing, 3, is_last=False)
    assert renewing.token() == "Bearer false-access-token-4"


def test_requests_at_once_that_would_be_retried_get_further_tokens(renewing: Endpoint) -> None:
    for number in range(1, 6):
        refused(renewing, number, is_last=False)

    assert renewing.token() == "Bearer false-access-token-6"
    with pytest.raises(ConfigError, match="just issued"):
        refused(renewing, 6, is_last=True)


def test_after_a_token_was_accepted_rejections_are_counted_anew(renewing: Endpoint) -> None:
    refused(renewing, 1, is_last=True)
    renewing.authenticator.accepted("false-access-token-2")
    refused(renewing, 2, is_last=True)
    refused(renewing, 3, is_last=True)
    renewing.authenticator.accepted("false-access-token-2")  # a late response, which proves nothing of the newest

    with pytest.raises(ConfigError, match="just issued"):
        refused(renewing, 4, is_last=True)


def test_a_valid_token_of_the_config_saves_the_refresh(mock: requests_mock.Mocker) -> None:
    endpoint = Endpoint(mock, access_token="false-access-token-0", token_expiry_date="3000-01-01T00:00:00Z")
    endpoint.answers(issued(1))

    assert endpoint.token() == "Bearer false-access-token-0"
    assert endpoint.calls == 0
    refused(endpoint, 0, is_last=True)
    assert endpoint.token() == "Bearer false-access-token-1"


def test_a_plain_access_token_goes_out_is_masked_and_can_not_be_replaced() -> None:
    authenticator = AccessTokenAuthenticator(AccessTokenCredentials("false-plain-token"))
    request = authenticator(requests.Request("GET", "https://api.pinterest.com/v5/boards").prepare())

    assert bearer_of(request) == "false-plain-token"
    assert SECRETS.mask("false-plain-token") == "****"
    authenticator.accepted("false-plain-token")
    words = r"expired.* revoked.* sandbox, which is another host.* portal .*pins, boards and user_accounts only"
    with pytest.raises(ConfigError, match=words):
        authenticator.replace("false-plain-token", is_last=True)
