"""The reference names every key; every field says what it means."""

from collections.abc import Iterator

import pytest
from pydantic.fields import FieldInfo

from infra.config.reference import json_schema, markdown, rows
from infra.config.section import Section
from infra.config.stack import StackConfig


def sections(kind: type[Section] = Section) -> Iterator[type[Section]]:
    for sub in kind.__subclasses__():
        yield sub
        yield from sections(sub)


FIELDS = {
    f"{section.__name__}.{name}": field
    for section in sections()
    for name, field in section.model_fields.items()
}


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS.keys())
def test_every_field_has_a_description(field: FieldInfo) -> None:
    assert field.description
    assert not field.description.endswith(".")


@pytest.mark.parametrize(
    "field",
    [field for field in FIELDS.values() if field.is_required()],
    ids=[name for name, field in FIELDS.items() if field.is_required()],
)
def test_every_required_field_has_an_example(field: FieldInfo) -> None:
    assert field.examples


def test_every_section_is_part_of_the_stack() -> None:
    keys = {row.key for row in rows()}
    assert "byoc:warehouses[].services[].memoryGib" in keys
    assert "byoc:cluster.nodePools[].instanceTypes" in keys
    assert len(keys) == len(list(rows()))


def test_the_table_has_a_line_for_every_key_and_four_cells_each() -> None:
    lines = markdown().splitlines()
    assert len(lines) == 2 + len(list(rows()))
    assert {line.replace("\\|", "").count("|") for line in lines} == {5}


def test_the_schema_is_one_of_a_stack_file() -> None:
    config = json_schema()["properties"]["config"]
    assert {"byoc:name", "byoc:region", "byoc:account"} == set(config["required"])
    assert {f"byoc:{field.alias}" for field in StackConfig.model_fields.values()} == set(
        config["properties"]
    )
