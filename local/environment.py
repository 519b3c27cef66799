"""The environment of the `local` stack, for `byoc` and for `pulumi` typed by hand."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from local.instance import Instance


def stack_environment(instance: Instance, pulumi: Path, key: Mapping[str, str]) -> dict[str, str]:
    """Variables to set; PATH here is what goes in front of the caller's PATH, and has no secret in
    it."""
    folders = [str(instance.bin_dir), str(Path(sys.executable).parent), str(pulumi.parent)]
    return {
        "PATH_PREFIX": ":".join(folders),
        "PULUMI_HOME": str(instance.pulumi_home),
        "PULUMI_BACKEND_URL": f"file://{instance.state_dir / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(instance.passphrase_file),
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "AWS_ENDPOINT_URL": instance.aws_url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "KUBECONFIG": str(instance.admin_kubeconfig),
        "BYOC_STACK": "local",
        **key,
    }


def applied(variables: Mapping[str, str], env: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment with the variables set."""
    rest = {name: value for name, value in variables.items() if name != "PATH_PREFIX"}
    path = ":".join(filter(None, [variables.get("PATH_PREFIX"), env.get("PATH")]))
    return {**env, **rest, "PATH": path}


def export_lines(variables: Mapping[str, str], path: str) -> list[str]:
    """Lines for `eval` in a POSIX shell; evaluating them twice changes nothing more."""
    prefix = variables["PATH_PREFIX"]
    folders = [folder for folder in path.split(":") if folder not in prefix.split(":")]
    values = {name: value for name, value in variables.items() if name != "PATH_PREFIX"}
    values["PATH"] = ":".join([prefix, *folders])
    return [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
