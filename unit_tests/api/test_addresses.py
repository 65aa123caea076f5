"""Is an address read as the HTTP library reads it, and does no id lead elsewhere?"""

import pytest
import requests

from source_pinterest.api.session import Url, path_of


@pytest.mark.parametrize(
    ("url", "scheme", "host"),
    [
        ("https://api.pinterest.com/v5", "https", "api.pinterest.com"),
        ("HTTPS://API.Pinterest.com:443", "https", "api.pinterest.com"),
        ("http://[::1]:8899/v5", "http", "::1"),
        ("https://api.pinterest.com./v5", "https", "api.pinterest.com"),
        ("https://files.example/a?X-Amz-Signature=%2F@", "https", "files.example"),
    ],
)
def test_an_address_is_read(url: str, scheme: str, host: str) -> None:
    address = Url.parse(url)

    assert (address.scheme, address.host) == (scheme, host)


@pytest.mark.parametrize(
    ("host", "is_local", "is_public"),
    [
        ("127.0.0.1", True, False),
        ("127.1", True, False),
        ("[::1]", True, False),
        ("[::ffff:127.0.0.1]", True, False),
        ("[::ffff:8.8.8.8]", False, True),
        ("localhost", True, False),
        ("files.localhost", False, False),
        ("10.0.0.1", False, False),
        ("[fe80::1]", False, False),
        ("[fec0::1]", False, False),
        ("[64:ff9b::7f00:1]", False, False),
        ("[64:ff9b:1::808:808]", False, False),
        ("[2002:7f00:1::]", False, False),
        ("[::8.8.8.8]", False, False),
        ("[2606:4700::1111]", False, True),
        ("8.8.8.8", False, True),
        ("224.0.0.1", False, False),
        ("files.example", False, True),
    ],
)
def test_an_address_tells_how_far_it_leads(host: str, is_local: bool, is_public: bool) -> None:
    address = Url.parse(f"https://{host}/")

    assert (address.is_local, address.is_public) == (is_local, is_public)


@pytest.mark.parametrize(
    "url",
    ["", "boards", "//api.pinterest.com", "ftp://127.0.0.1", "https://", "https:///v5", "https://a b", "https://é"],
)
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Url.parse(url)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1%25.evil.example", "127%2e0.0.1", "%6cocalhost", "[fe80::1%25eth0]", "[fe80::1%eth0]", "[::1%250]"],
)
def test_a_host_with_an_escaped_character_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Url.parse(f"https://{host}/")


@pytest.mark.parametrize("wanted", ["127.0.0.1", "localhost", "::1"])
@pytest.mark.parametrize("form", ["http://127.0.0.2:1\\@{}/v5", "http://elsewhere.example#@{}/", "http://x:y@{}/"])
def test_no_address_passes_for_a_host_that_it_does_not_lead_to(form: str, wanted: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Url.parse(form.format(wanted))


@pytest.mark.parametrize(
    ("ids", "path"),
    [
        ({"board_id": "12", "pin_id": 7}, "boards/12/pins/7"),
        ({"board_id": "../pins", "pin_id": "a?b=c"}, "boards/..%2Fpins/pins/a%3Fb%3Dc"),
        ({"board_id": "a#b", "pin_id": "a%2Fb"}, "boards/a%23b/pins/a%252Fb"),
        ({"board_id": "é {x}", "pin_id": "\n"}, "boards/%C3%A9%20%7Bx%7D/pins/%0A"),
    ],
)
def test_an_id_is_one_piece_of_a_path(ids: dict[str, object], path: str) -> None:
    assert path_of("boards/{board_id}/pins/{pin_id}", {**ids, "other": "?"}) == path


@pytest.mark.parametrize("dots", [".", "..", "..."])
def test_dots_do_not_lead_upwards(dots: str) -> None:
    path = path_of("boards/{board_id}/pins", {"board_id": dots})
    sent = requests.Request("GET", f"https://api.pinterest.com/v5/{path}").prepare()

    assert str(sent.url).startswith("https://api.pinterest.com/v5/boards/%252E")
    assert str(sent.url).endswith("/pins")
