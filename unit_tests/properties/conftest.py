"""The same hundred cases in every run, or, on request, many new ones.

`pytest unit_tests/properties --hypothesis-profile=searching` looks for new ones.
"""

from hypothesis import HealthCheck, settings

REPEATABLE, SEARCHING = "repeatable", "searching"
_CALM = {"deadline": None, "database": None, "suppress_health_check": [HealthCheck.too_slow]}

settings.register_profile(REPEATABLE, derandomize=True, max_examples=100, **_CALM)
settings.register_profile(SEARCHING, max_examples=5_000, **_CALM)
if settings.get_current_profile_name() != SEARCHING:
    settings.load_profile(REPEATABLE)
