"""`SHORT_PAUSES` shortens the pauses between retries and polls in tests."""

from source_pinterest.api.retries import Pauses

SHORT_PAUSES = Pauses(
    first_seconds=0.01, longest_seconds=0.05, poll_seconds=(0.02, 0.04, 0.08, 0.1), longest_poll_seconds=0.1
)
