from decimal import Decimal

import pytest

from local.kubelet.model.quantity import divided, parse_quantity, whole_bytes

AMOUNTS = {
    "500m": Decimal("0.5"),
    "2": Decimal(2),
    "4Gi": Decimal(4 * 2**30),
    "1.5Ki": Decimal(1536),
    "1e3": Decimal(1000),
    "3k": Decimal(3000),
    "100n": Decimal("1e-7"),
}


@pytest.mark.parametrize(("text", "amount"), AMOUNTS.items(), ids=AMOUNTS.keys())
def test_a_quantity_is_read_exactly(text, amount):
    assert parse_quantity(text) == amount


@pytest.mark.parametrize("text", ["", "4 Gi", "Gi", "4gi", "4GiB"])
def test_what_is_no_quantity_is_refused(text):
    with pytest.raises(ValueError, match="is not a quantity such as"):
        parse_quantity(text)


def test_parts_of_a_byte_are_rounded_up():
    assert whole_bytes("1.1") == 2


DIVISIONS = {
    ("250m", "1"): "1",
    ("250m", "1m"): "250",
    ("1Gi", "1Mi"): "1024",
    ("1025", "1Ki"): "2",
    ("7", "0"): "7",
}


@pytest.mark.parametrize(("given", "shown"), DIVISIONS.items(), ids=map(str, DIVISIONS))
def test_a_resource_field_is_shown_in_whole_divisors(given, shown):
    amount, divisor = given
    assert divided(parse_quantity(amount), divisor) == shown
