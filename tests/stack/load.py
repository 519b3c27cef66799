"""The load under which the running stack is changed and broken, and the account of its rows."""

from __future__ import annotations

from tests.stack.checkout import Checkout
from tests.stack.sql import cell, connect, password, replica_addresses, service_address
from tests.stack.traffic import CREATE, TABLE, Connection, Reader, Traffic, Writer
from tests.waiting import wait_for

SERVICES = ("primary", "reports")
ALL_AT_LAST_S = 60


def steady_load(stack: Checkout, mark: str) -> Traffic:
    """Writers at the primary, and a reader at each service. Rows bear the mark."""
    connect(stack, service_address(stack, "primary")).command(CREATE)
    links = {name: (service_address(stack, name), password(stack)) for name in SERVICES}

    def to(name: str) -> Connection:
        address, secret = links[name]
        return Connection(address=lambda: address, password=secret)

    writers = [Writer(name=f"{mark}-{n}", connection=to("primary")) for n in (1, 2)]
    readers = [Reader(name=f"reader of {name}", connection=to(name)) for name in SERVICES]
    return Traffic([*writers, *readers])


def drop_table(stack: Checkout) -> None:
    primary = connect(stack, service_address(stack, "primary"))
    primary.command(f"DROP TABLE IF EXISTS {TABLE} SYNC")


def every_row_is_there_once(stack: Checkout, load: Traffic) -> None:
    load.stop()
    assert load.rows > 0
    wait_for(
        lambda: counted(stack) == {(load.rows, load.rows)},
        within_s=ALL_AT_LAST_S,
        what=f"{load.rows} rows once on every replica",
    )


def counted(stack: Checkout) -> set[tuple[int, int]]:
    """Rows, and different ones among them, on every replica of the warehouse."""
    found = set()
    for name in SERVICES:
        for address in replica_addresses(stack, name):
            client = connect(stack, address)
            rows = cell(client, f"SELECT (count(), uniqExact(writer, batch, n)) FROM {TABLE}")
            found.add((rows[0], rows[1]))
    return found
