"""The streams of profiles, boards and pins, and a state that has their settled days."""

from integration_tests.support.truth import PRIMARY_KEYS

EVERYTHING = tuple(
    name for name in PRIMARY_KEYS if name.startswith(("user_account", "board", "pin", "top_", "following"))
)
