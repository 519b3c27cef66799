"""`python -m tests.stack.change_under_load`: resize the primary of the running local stack under
load, with a controller that is killed again and again, and print the account.

Needs `make up` in this checkout. Ends with 1 where a row, a query or capacity was lost.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import time
from pathlib import Path

from tests.stack.checkout import PROJECT, Checkout
from tests.stack.load import drop_table, every_row_is_there_once, steady_load
from tests.stack.operating import Capacity, edit_service, own_controller, rids, settle

FOREIGN = ("AWS_", "PULUMI_", "KUBE")


def main() -> int:
    asked = arguments()
    env = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    stack = Checkout(folder=PROJECT, env=env)
    drop_table(stack)  # of a run that was broken off
    lives = itertools.cycle(asked.changes)
    memory = dict.fromkeys(("gib", "minGib", "maxGib"), asked.gib)
    with own_controller(stack, asked.log, lives) as controller:
        settle(stack, "primary", within_s=asked.within_s)
        before, begun_s = len(rids(stack, "primary")), time.monotonic()
        mark = f"{time.time():.0f}"
        with Capacity(stack, "primary") as capacity, steady_load(stack, mark) as load:
            edit_service(stack, "primary", replicas=asked.replicas, memory=memory)
            settle(stack, "primary", within_s=asked.within_s)
        took_s = time.monotonic() - begun_s
        every_row_is_there_once(stack, load)
    drop_table(stack)
    lowest, most = min(capacity.serving), max(capacity.present)
    sys.stdout.write(
        f"{took_s:.0f} s, {load.queries} queries, {load.rows} rows, {load.reconnects} reconnects,"
        f" {controller.deaths} deaths of the controller; replicas that served: {lowest} at least,"
        f" that existed: {most} at most; failed queries: {len(load.failures)}\n"
    )
    for failure in load.failures[:10]:
        sys.stdout.write(f"  {failure}\n")
    return int(bool(load.failures) or lowest < min(before, asked.replicas))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.stack.change_under_load")
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--gib", type=int, default=16, help="memory of a replica")
    parser.add_argument("--within-s", type=float, default=300)
    parser.add_argument("--log", type=Path, default=Path("/dev/null"))
    parser.add_argument(
        "--changes",
        type=int,
        nargs="+",
        default=[4, 1, 7, 2, 12, 3],
        help="changes that the controller makes in each life before it is killed; 0: never",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
