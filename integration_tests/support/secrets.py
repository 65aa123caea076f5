"""Assert that a text contains no secret, in plain or encoded form."""

import base64
import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from airbyte_cdk.models import AirbyteMessageSerializer, Type

from integration_tests.support.outputs import Output

SHOWN_BEFORE = 300
"""So many characters before a secret are shown, the secret itself is not."""


def assert_no_secret(output: Output, secrets: Iterable[str]) -> None:
    """Nothing that was said holds a secret; CONTROL messages are skipped, since by the protocol they carry configs."""
    told = [message for message in output.messages if message.type is not Type.CONTROL]
    assert told
    text = "".join(json.dumps(AirbyteMessageSerializer.dump(message)) for message in told)
    assert_no_secret_in(text + output.stderr, secrets)


def assert_no_secret_in(text: str, secrets: Iterable[str]) -> None:
    """The text holds no secret, in any form of it."""
    for secret in secrets:
        for form in forms_of(secret):
            assert form not in text, f"…{text[max(0, text.index(form) - SHOWN_BEFORE) : text.index(form)]}…"


def forms_of(secret: str) -> Iterator[str]:
    """The secret as it is and as it looks in a header, a URL, a dump of bytes or a file."""
    raw = secret.encode()
    yield from {secret, quote(secret, safe=""), quote_plus(secret), raw.hex(), json.dumps(secret)[1:-1]}
    yield from {base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode(), base64.b32encode(raw).decode()}
