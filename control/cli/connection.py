"""The way to a deployment's cluster: the stack's kubeconfig, or KUBECONFIG."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from control.cli.errors import CliError
from control.cli.local_environment import LOCAL_STACK, applied, find_local_environment

if TYPE_CHECKING:
    from control.cli.cluster import Cluster
    from control.cli.stack import Opened

OUTPUT = "kubeconfig"
EXEC_API = "client.authentication.k8s.io/"


def connect(stack: str | None) -> Cluster:
    """A named stack's own cluster; without a name KUBECONFIG, the local cloud, the selected one."""
    local = find_local_environment(Path.cwd())
    if local and stack in (None, LOCAL_STACK) and (stack or not os.environ.get("KUBECONFIG")):
        os.environ.update(applied(local, os.environ))
        return cluster_from_file()
    if stack is None and os.environ.get("KUBECONFIG"):
        return cluster_from_file()
    return cluster_of_stack(stack)


def cluster_from_file() -> Cluster:
    import yaml

    file = Path(os.environ["KUBECONFIG"].split(os.pathsep)[0]).expanduser()
    try:
        document = yaml.safe_load(file.read_text())
    except OSError as error:
        raise CliError(
            f"The kubeconfig {file} cannot be read: {error.strerror}.", "KUBECONFIG names it."
        ) from error
    except yaml.YAMLError as error:
        raise CliError(f"The kubeconfig {file} is no YAML.", "KUBECONFIG names it.") from error
    return cluster_from(document, file)


def cluster_of_stack(stack: str | None) -> Cluster:
    from control.cli.stack import choose, open_stack

    return cluster_of_opened(open_stack(*choose(stack)))


def cluster_of_opened(opened: Opened) -> Cluster:
    from control.cli.stack import translated

    with translated(opened.name):
        args = ["stack", "output", OUTPUT, "--show-secrets", "--stack", opened.name]
        text = opened.engine.run(args, str(opened.project), {}).stdout
    return cluster_from_text(text, opened.name)


def cluster_from_text(text: str, stack: str) -> Cluster:
    import yaml

    document = yaml.safe_load(text)
    if not isinstance(document, dict):
        raise CliError(
            f"The output {OUTPUT!r} of stack {stack} is no kubeconfig.",
            f"Has the cluster been built? `byoc status --stack {stack}` shows the layers.",
        )
    return cluster_from(document, None)


def cluster_from(document: Any, file: Path | None) -> Cluster:
    import httpx
    from lightkube import Client, KubeConfig

    from control.cli.cluster import MANAGER, Cluster, translated

    try:
        for user in document.get("users") or ():
            prepare_exec(user.get("user") or {})
        config = KubeConfig.from_dict(document, fname=file)
    except (KeyError, TypeError, AttributeError) as error:
        raise CliError(
            f"The kubeconfig {file or 'of the stack'} is not complete: {error!r}.",
            "It needs clusters, contexts, users and a current context.",
        ) from error
    with translated("read the kubeconfig"):
        timeout = httpx.Timeout(10, connect=5)
        return Cluster(Client(config=config, timeout=timeout, field_manager=MANAGER))


def prepare_exec(user: dict[str, Any]) -> None:
    """The client knows only the older name of the same exchange; and `byoc` is this program,
    also where it is not on PATH."""
    command = user.get("exec")
    if not command:
        return
    if command.get("apiVersion") == f"{EXEC_API}v1":
        command["apiVersion"] = f"{EXEC_API}v1beta1"
    own = Path(sys.executable).with_name("byoc")
    if command.get("command") == "byoc" and own.exists():
        command["command"] = str(own)
