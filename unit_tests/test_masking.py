"""Secrets are masked in each form in which the connector sends them."""

import json
from urllib.parse import quote, quote_plus

import pytest
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets, update_secrets

from source_pinterest.masking import MASK, Secrets, printable

PLAIN = 'false client/secret+"1"'


def masking(*values: str) -> Secrets:
    secrets = Secrets()
    secrets.keep(*values)
    return secrets


def test_a_secret_is_masked_as_it_is_and_as_urls_and_json_have_it() -> None:
    for form in (PLAIN, quote(PLAIN), quote(PLAIN, safe=""), quote_plus(PLAIN), json.dumps(PLAIN)[1:-1]):
        assert masking(PLAIN).mask(f"x={form}&y") == f"x={MASK}&y"


def test_of_two_secrets_the_longer_is_masked_whole() -> None:
    for order in (("false-token", "false-token-2"), ("false-token-2", "false-token")):
        assert masking(*order).mask("false-token-2, false-token.") == f"{MASK}, {MASK}."


@pytest.mark.parametrize("short", ["a", "sevenly"])
def test_a_short_secret_is_masked_as_a_word_alone(short: str) -> None:
    secrets = masking(short, "eightish")

    assert secrets.mask(f"'{short}', x{short}, {short}x, {short}_1 {short} xeightishx") == (
        f"'{MASK}', x{short}, {short}x, {short}_1 {MASK} x{MASK}x"
    )
    assert filter_secrets(f"x{short}x xeightishx") == f"x{short}x x{MASK}x"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("'pina_FALSE0123456789abcdefghijklmnopqrstuvwxyz'", f"'{MASK}'"),
        ("xpinr.eyJmYWxzZSI6InRva2VuIn0.eyJmYWxzZSI6MX0.false-_signature x", f"x{MASK} x"),
        (f"'{'f00d' * 8}', {'F00D' * 10}", f"'{MASK}', {MASK}"),
        ("f00d" * 7 + "f00", "f00d" * 7 + "f00"),
        ("pina_colada_recipes", "pina_colada_recipes"),
        ("/file?X-Amz-Credential=false%2F1&X-Amz-Date=2026", f"/file?X-Amz-{MASK}&X-Amz-Date=2026"),
    ],
)
def test_a_token_or_a_signature_is_known_by_its_form(text: str, shown: str) -> None:
    assert Secrets().mask(text) == shown


def test_a_value_that_is_empty_or_missing_is_no_secret() -> None:
    secrets = Secrets()
    secrets.keep(None, "")

    assert secrets.mask("a text") == "a text"


def test_the_framework_masks_the_same_even_after_it_has_replaced_its_list() -> None:
    secrets = masking("false-client-secret", "false-client-secret-2")
    update_secrets(["something-else"])
    secrets.keep("false-third-secret")
    assert filter_secrets("false-client-secret false-third-secret") == f"{MASK} {MASK}"


def test_control_characters_do_not_reach_a_terminal() -> None:
    assert printable("a\x1b[2J\nb\tc") == "a\ufffd[2J b c"
