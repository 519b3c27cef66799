from collections.abc import Iterator
from typing import Any

import pytest

from control.warehouses.backup_figures import PartName, databases_of, figures, parts_of

MANIFEST = b"""<config><contents>
<file><name>data/default/orders/all_0_0_0/count.txt</name><size>4</size></file>
<file><name>data/default/orders/all_0_0_0/data.bin</name><size>4</size></file>
<file><name>data/default/orders/all_1_5_1/p.proj/data.bin</name><size>4</size></file>
<file><name>data/my%2Ddb/caf%C3%A9/all_0_0_0/data.bin</name><size>4</size></file>
<file><name>data/system/users/access-1.txt</name><size>4</size></file>
<file><name>metadata/default.sql</name></file><file><name>metadata/my%2Ddb.sql</name></file>
<file><name>metadata/default/orders.sql</name></file>
<file><name>metadata/system/users.sql</name></file></contents></config>"""
ALL = {
    PartName("default", "orders", "all_0_0_0"),
    PartName("default", "orders", "all_1_5_1"),
    PartName("my-db", "café", "all_0_0_0"),
}


def pieces(size: int) -> Iterator[bytes]:
    for start in range(0, len(MANIFEST), size):
        yield MANIFEST[start : start + size]


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_a_list_of_files_is_read_in_pieces(size: int) -> None:
    assert parts_of(pieces(size)) == ALL
    assert databases_of(pieces(size)) == ["default", "my-db"]


def row(table: str, part: str, rows: int, hash_: str) -> dict[str, Any]:
    return {
        "database": "default",
        "table": table,
        "name": part,
        "rows": rows,
        "bytes": rows * 10,
        "hash": hash_,
    }


FULL = "f" * 32
ROWS = [row("a", "1", 5, "0f"), row("a", "2", 7, "01"), row("b", "1", 3, FULL)]


def test_figures_are_sums_over_parts() -> None:
    first, second = figures(ROWS)
    assert (first.table, first.parts, first.rows, first.bytes) == ("a", 2, 12, 120)
    assert first.checksum == f"{0x10:032x}"
    assert second.checksum == FULL


def test_order_and_names_of_parts_do_not_matter() -> None:
    renamed = [{**each, "name": f"x{each['name']}"} for each in reversed(ROWS)]
    assert figures(renamed) == figures(ROWS)


def test_only_what_was_backed_up_counts() -> None:
    [only] = figures(ROWS, {PartName("default", "a", "1")})
    assert (only.parts, only.rows) == (1, 5)


def test_a_table_with_a_part_that_nobody_knows_any_more_has_no_figures() -> None:
    wanted = {PartName("default", "a", "1"), PartName("default", "a", "9")}
    wanted |= {PartName("default", "b", "1")}
    assert [each.table for each in figures(ROWS, wanted)] == ["b"]


def test_a_part_that_is_listed_twice_counts_once() -> None:
    assert figures([*ROWS, ROWS[0]]) == figures(ROWS)
