"""`python -m control.data_keys`: before a server starts, open the data keys that it needs."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from control.data_keys.opener import KeyUnavailableError, kms_client, opened, write_opened
from control.warehouses.data_keys import KeyringError, keyring_from


def main(argv: Sequence[str]) -> int:
    asked = arguments(argv)
    try:
        keys = keyring_from(asked.wrapped.read_text())
        if len(keys) < max(asked.at_least, 1):
            raise KeyringError(f"{len(keys)} data keys are here, and {asked.at_least} are needed")
        kms = kms_client(asked.region, asked.role)
        write_opened(opened(keys, kms, dict(asked.context)), asked.opened)
    except (KeyUnavailableError, KeyringError, OSError) as error:
        sys.stderr.write(f"TdeKeyUnavailable: {error}\n")
        return 1
    sys.stdout.write(f"{len(keys)} data keys are open\n")
    return 0


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m control.data_keys")
    parser.add_argument("--region", required=True)
    parser.add_argument("--role", required=True, help="ARN of the role that opens data keys")
    parser.add_argument("--context", action="append", type=pair, default=[], metavar="KEY=VALUE")
    parser.add_argument("--at-least", type=int, default=1)
    parser.add_argument("--wrapped", type=Path, required=True)
    parser.add_argument("--opened", type=Path, required=True)
    return parser.parse_args(argv)


def pair(word: str) -> tuple[str, str]:
    key, equals, value = word.partition("=")
    if not (key and equals and value):
        raise argparse.ArgumentTypeError(f"{word!r} is not of the form KEY=VALUE")
    return key, value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
