"""Whatever the rate limit headers hold is a quota or nothing."""

import math

from hypothesis import given
from hypothesis import strategies as st

from source_pinterest.api.quota import read_rate_headers

numbers = st.from_regex(r"[0-9]{0,6}(\.[0-9]{1,3})?", fullmatch=True)
parameters = st.sampled_from(["", ";w=1", ";w=60", ";w=0", ';w=60;name="a"', ';name="a', ";w="])
items = st.tuples(numbers, parameters).map("".join) | st.text(st.characters(codec="latin-1"), max_size=8)
header_text = st.lists(items, max_size=4).map(", ".join)


@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("x-ratelimit-reset", "x-ratelimit-remaining", "x-ratelimit-limit"), header_text),
    )
)
def test_any_header_is_a_quota_or_is_ignored(told: dict[str, str]) -> None:
    for quota in read_rate_headers(told):
        assert quota.limit >= 0
        assert quota.period >= 0
        assert quota.remaining is None or quota.remaining >= 0
        assert quota.reset is None or math.isfinite(quota.reset)
