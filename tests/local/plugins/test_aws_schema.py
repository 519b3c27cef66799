from __future__ import annotations

import pytest

from local.plugins.aws.table import TYPES
from tests.local.plugins.aws_sdk import type_of

# the inputs that AWS fills in where the SDK only says that they may be there
FILLED_IN_BY_AWS = {}


@pytest.mark.parametrize("token", TYPES)
def test_the_table_says_what_the_sdk_says(token: str) -> None:
    schema, sdk = TYPES[token].schema, type_of(token)
    settable = {name for name, known in schema.items() if not known.read_only}
    given = {name for name, known in schema.items() if known.read_only}
    assert settable <= sdk.inputs, "set by programs"
    assert given <= sdk.outputs, "outputs"
    assert {n for n in settable if schema[n].required} == sdk.required, "required"


@pytest.mark.parametrize("token", TYPES)
def test_every_output_of_the_sdk_is_there(token: str) -> None:
    schema, sdk = TYPES[token].schema, type_of(token)
    missing = sdk.outputs - sdk.inputs - schema.keys()
    assert missing == set()
