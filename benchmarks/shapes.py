"""Preview, apply and destroy of every example on the local AWS, and what each leaves behind.

The AWS layers alone, by the genuine engine: what runs in the cluster makes no call to AWS.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local.cache import cache_dir
from local.go_tools import PULUMI, ensure_built
from tests.local.aws.cloud import started_local_aws
from tests.shapes.life import Account, Life, live
from tests.shapes.shapes import Shape, shapes

STEPS = ("preview", "apply", "destroy")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at-once", type=int, default=1, help="how many shapes at a time")
    parser.add_argument("shapes", nargs="*", help="names of examples; all when left out")
    given = parser.parse_args()
    chosen = [shape for shape in shapes() if not given.shapes or shape.name in given.shapes]
    cli = ensure_built(PULUMI, cache_dir(os.environ), os.environ, say)
    print(f"{'shape':<22} {'resources':>9} {'preview s':>9} {'apply s':>9} {'destroy s':>9}  left")
    failed = False
    with tempfile.TemporaryDirectory() as folder, started_local_aws(Path(folder)) as aws:
        account = Account.of(aws, Path(folder), cli)
        with ThreadPoolExecutor(given.at_once) as pool:
            for shape, lived in zip(chosen, pool.map(attempt(account), chosen), strict=True):
                failed |= told(shape, lived)
    sys.exit(1 if failed else 0)


def attempt(account: Account):  # type: ignore[no-untyped-def]
    def run(shape: Shape) -> Life | str:
        try:
            return live(shape, account)
        except AssertionError as error:
            return str(error)

    return run


def told(shape: Shape, lived: Life | str) -> bool:
    """Print a line, and whether it is a failure."""
    if isinstance(lived, str):
        print(f"{shape.name:<22} failed: {lived[-1500:]}", flush=True)
        return True
    times = " ".join(f"{lived.seconds[step]:9.1f}" for step in STEPS)
    left = len(lived.left.orphans)
    print(f"{shape.name:<22} {lived.resources:9} {times}  {left}", flush=True)
    for line in problems(lived):
        print(f"    {line}")
    return not lived.left.is_clean or bool(lived.overlooked)


def problems(lived: Life) -> Iterator[str]:
    for overlooked in lived.overlooked:
        yield f"would not be found after a killed engine: {overlooked}"
    for orphan in lived.left.orphans:
        yield f"{orphan.kind}: {orphan.id} ({orphan.why}): {orphan.remove}"
    for unknown in lived.left.unknown:
        yield f"{unknown.kind}: {unknown.why}"


def say(*words: object) -> None:
    print(*words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
