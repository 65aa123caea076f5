"""Sign a user of the local Pinterest in once more, on the consent page, as in a browser."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

REDIRECT_URI = "http://localhost:8085/"


def sign_in(api_url: str, app: Mapping[str, str]) -> str:
    """Another refresh token of the same user.

    Args:
        api_url: of the API.
        app: its `client_id` and `client_secret`.
    """
    with requests.Session() as session:
        session.trust_env = False
        query = {"client_id": app["client_id"], "response_type": "code", "redirect_uri": REDIRECT_URI}
        agreed = session.post(urljoin(api_url, "/oauth/"), params=query, allow_redirects=False, timeout=10)
        [code] = parse_qs(urlsplit(agreed.headers["Location"]).query)["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
        credentials = (app["client_id"], app["client_secret"])
        answer = session.post(f"{api_url}/oauth/token", data=form, auth=credentials, timeout=10)
    answer.raise_for_status()
    return str(answer.json()["refresh_token"])
