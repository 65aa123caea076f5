"""A join on type and value of targeting finds an option."""

import json
import re

import pytest
from pinterestsdk import PublicTargetingType

from source_pinterest.api.errors import FormError
from source_pinterest.streams.resources.targeting_options import (
    ACCOUNT_TYPES,
    SHARED_TYPES,
    options_in,
    targeting_types,
)


def test_every_type_of_the_api_is_read() -> None:
    assert {*SHARED_TYPES, *ACCOUNT_TYPES} == {one.value for one in PublicTargetingType}


def test_an_option_has_the_targeting_types_of_analytics() -> None:
    for option_type, option, words in [
        ("GENDER", "female", ("GENDER",)),
        ("INTEREST", "7", ("TARGETED_INTEREST", "PINNER_INTEREST")),
        ("LOCATION", "GR", ("LOCATION", "COUNTRY")),
        ("LOCATION", "811", ("LOCATION",)),
        ("GEO", "US-CA", ("GEO", "REGION")),
        ("GEO", "US:94108", ("GEO",)),
        ("AUDIENCE_INCLUDE", "25", ("AUDIENCE_INCLUDE", "AUDIENCE_MULTIPLIER")),
        ("A_NEW_TYPE", "x", ("A_NEW_TYPE",)),
    ]:
        assert targeting_types(option_type, option) == words, (option_type, option, words)


def test_options_are_a_list_of_objects_of_ids_to_names() -> None:
    for body, options in [
        ('[{"female": "Female", "male": "Male"}]', {"female": "Female", "male": "Male"}),
        ('[{"id": "Indonesian"}, {"name": "Nameish"}]', {"id": "Indonesian", "name": "Nameish"}),
        ("[{}]", {}),
        ("null", {}),
    ]:
        assert {option["id"]: option["name"] for option in options_in(json.loads(body))} == options


def test_options_of_another_shape_are_malformed_and_their_beginning_is_shown() -> None:
    for body, shown in [
        ('{"female": "Female"}', '{"female": "Female"}.'),
        ('[{"female": "Female"}, "male"]', '"male".'),
        ('[{"id": "1", "name": "Home", "level": 1}]', '{"id": "1", "name": "Home", "level": 1}.'),
        (f'["{"a" * 500}"]', f'"{"a" * 199}.'),
    ]:
        with pytest.raises(FormError, match=f"ids to names: {re.escape(shown)}$"):
            options_in(json.loads(body))
