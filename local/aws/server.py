"""`python -m local.aws.server`: the local AWS as a process."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from pathlib import Path

MOTO_ENVIRONMENT = {
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "MOTO_ACM_VALIDATION_WAIT": "0",
    "AWS_EC2_METADATA_DISABLED": "true",
}
ACCEPT_QUEUE = 128


def main() -> None:
    args = arguments().parse_args()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(message)s")
    os.environ.update(MOTO_ENVIRONMENT)
    os.environ.pop("MOTO_ACCOUNT_ID", None)
    serve(args)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.aws.server", description=__doc__)
    parser.add_argument("--address", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--eks-endpoint", default="https://127.0.0.1:6443", metavar="URL")
    parser.add_argument("--eks-ca-file", type=Path, metavar="PEM")
    parser.add_argument(
        "--eks-issuer", default="https://kubernetes.default.svc", help="of service account tokens"
    )
    return parser


def serve(args: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT; requests that run then are finished."""
    # moto reads its environment when it is imported
    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from werkzeug.serving import make_server

    from local.aws.application import make_application
    from local.aws.settings import eks_settings

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    eks = eks_settings(args.eks_endpoint, args.eks_ca_file, args.eks_issuer)
    server = make_server(
        args.address,
        args.port,
        make_application(eks),
        threaded=True,
        request_handler=MotoRequestHandler,
    )
    server.socket.listen(ACCEPT_QUEUE)

    def stop(*_: object) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server.serve_forever(poll_interval=0.1)
    server.server_close()


if __name__ == "__main__":
    main()
