"""Secrets are masked in every form in which they may come back; other texts are not."""

import base64
import json
import random
import re
from collections.abc import Callable, Iterator
from string import ascii_letters
from urllib.parse import quote, quote_plus

import pytest
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets, update_secrets

from source_pinterest.masking import MASK, Secrets, shown

AWKWARD = "false \"secret\" /with\\\n&+'ümläuts'"
PLAIN = "false-client-secret"


@pytest.fixture(autouse=True)
def _leave_the_frameworks_list_empty() -> Iterator[None]:
    yield
    update_secrets([])


def masking(*values: str) -> Secrets:
    secrets = Secrets()
    secrets.keep(*values)
    return secrets


def test_a_secret_is_masked_however_it_is_written() -> None:
    for secret in [PLAIN, AWKWARD]:
        for form in [
            str,
            quote,
            quote_plus,
            lambda secret: quote(secret, safe=""),
            lambda secret: re.sub("%..", lambda code: code[0].lower(), quote(secret, safe="")),
            lambda secret: json.dumps(secret)[1:-1],
            lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
            lambda secret: json.dumps(secret)[1:-1].replace("/", "\\/"),
            lambda secret: repr(secret)[1:-1],
            lambda secret: secret.encode().hex(),
            lambda secret: "".join(f"%{byte:02X}" for byte in secret.encode()),
            lambda secret: "".join(f"\\u{ord(letter):04x}" for letter in secret),
        ]:
            written = form(secret)  # type: ignore[operator]

            assert masking(secret).mask(f"before{written}after") == f"before{MASK}after", (form, secret)


def test_base64_is_masked_wherever_the_secret_stands() -> None:
    for secret in [PLAIN, "???>>>~~~~false"]:
        for after in ["", ":", "::", ":::"]:
            for before in ["", "1", "12", "1234567:"]:
                for encode in [base64.b64encode, base64.urlsafe_b64encode]:
                    encoded = encode(f"{before}{secret}{after}".encode()).decode()  # type: ignore[operator]
                    shown = masking(secret).mask(encoded)

                    assert MASK in shown, (encode, before, after, secret)
                    assert len(shown) <= len(MASK) + len(before) + len(after) + 10, (encode, before, after, secret)


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
    ("secret", "offset", "is_masked"),
    [("secret", 0, True), ("secret", 1, False), ("x" * 7, 1, True)],
)
def test_a_part_of_base64_is_masked_from_eight_letters_on(secret: str, offset: int, *, is_masked: bool) -> None:
    """Fewer letters stand in other words by chance."""
    letters = base64.b64encode(b"7" * offset + secret.encode()).decode()[2 * offset :].rstrip("=")
    certain = letters[: (8 * (offset + len(secret))) // 6 - 2 * offset]

    assert (masking(secret).mask(f"'{certain}'") == f"'{MASK}'") is is_masked


@pytest.mark.parametrize("change", [str.upper, str.lower])
def test_a_longer_secret_is_masked_in_capitals_and_in_small_letters(change: Callable[[str], str]) -> None:
    secrets = masking("False-Client-Secret", "sevenly")

    assert secrets.mask(change("x False-Client-Secret x")) == f"{change('x')} {MASK} {change('x')}"
    assert secrets.mask("SEVENLY") == "SEVENLY"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("'pina_FALSE0123456789abcdefghijklmnopqrstuvwxyz'", f"'{MASK}'"),
        ("PINA_FALSE0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ,", f"{MASK},"),
        ("xpinr.eyJmYWxzZSI6InRva2VuIn0.eyJmYWxzZSI6MX0.false-_signature x", f"x{MASK} x"),
        (f"'{'f00d' * 8}', {'F00D' * 10}", f"'{MASK}', {MASK}"),
        ("f00d" * 7 + "f00", "f00d" * 7 + "f00"),
        ("pina_colada_recipes", "pina_colada_recipes"),
        ("pinr. of a pin", "pinr. of a pin"),
    ],
)
def test_a_token_of_pinterests_is_known_by_its_form(text: str, shown: str) -> None:
    assert Secrets().mask(text) == shown


def test_a_value_that_is_empty_or_missing_is_no_secret() -> None:
    secrets = Secrets()
    secrets.keep(None, "")

    assert secrets.mask("a text") == "a text"


def test_the_framework_masks_the_same_even_after_it_has_replaced_its_list() -> None:
    secrets = masking(PLAIN, "false-client-secret-2")
    assert filter_secrets(f"{PLAIN} {quote(PLAIN)} false-client-secret-2") == f"{MASK} {MASK} {MASK}"

    update_secrets(["something-else"])
    secrets.keep("false-third-secret")
    assert filter_secrets(f"{PLAIN} false-third-secret") == f"{MASK} {MASK}"


def test_a_passing_secret_is_forgotten_after_its_time() -> None:
    now = [0.0]
    secrets = Secrets(lambda: now[0])
    secrets.keep(PLAIN)
    secrets.keep_for(300, "false-signature-1")
    now[0] = 301
    secrets.keep_for(300, "false-signature-2")

    assert secrets.mask(f"false-signature-1 false-signature-2 {PLAIN}") == f"false-signature-1 {MASK} {MASK}"


def test_of_too_many_passing_secrets_those_that_end_first_are_forgotten() -> None:
    secrets = masking(PLAIN)
    links = ["".join(random.Random(number).choices(ascii_letters, k=8_000)) for number in range(200)]  # noqa: S311 - none
    secrets.keep_for(86_400, "false-refresh-token")
    for link in links:
        secrets.keep_for(300, link)

    masked = [link for link in links if secrets.mask(link) == MASK]
    assert 50 < len(masked) < 150
    assert masked == links[-len(masked) :]
    assert secrets.mask(f"false-refresh-token {PLAIN}") == f"{MASK} {MASK}"


def test_what_is_shown_has_at_most_10_000_characters_of_its_beginning_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("source_pinterest.masking.SECRETS", masking(PLAIN))

    assert shown("z" * 10_000) == "z" * 10_000
    text = shown(f"boards: {'z' * 500_000}{PLAIN}. Do this.")
    assert text.startswith("boards: zzz")
    assert "490,022 characters left out" in text
    assert text.endswith(f"zzz{MASK}. Do this.")
    assert len(text) < 10_100
