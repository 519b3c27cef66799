"""The console script `byoc`."""

from __future__ import annotations

import sys


def main() -> None:
    if sys.argv[1:2] == ["kube-token"]:  # before every request of kubectl: no parser to import
        from control.cli.kube_token import main as kube_token

        sys.exit(kube_token(sys.argv[2:]))
    if sys.argv[1:2] == ["aws-session"]:  # the same, before a provider's first call
        from control.cli.aws_session import main as aws_session

        sys.exit(aws_session(sys.argv[2:]))
    from control.cli.root import app

    app(prog_name="byoc")
