"""Pinterest lists product categories by their titles and takes them by their names."""

import pytest

from source_pinterest.streams.trends import category_parameter


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("BATH_AND_BODY", "BATH_AND_BODY"),
        ("Bath & Body", "BATH_AND_BODY"),
        ("Women's wear", "WOMENS_WEAR"),
        ("(Vintage) Lux boxes", "VINTAGE_LUX_BOXES"),
    ],
)
def test_the_parameter_of_a_category_is_its_title_in_capitals(title: str, name: str) -> None:
    assert category_parameter(title) == name
