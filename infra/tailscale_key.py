"""The Tailscale key: from the configuration's secret, or from a file beside the project."""

from pathlib import Path

import pulumi

from infra.config.problem import ConfigError, Problem
from infra.config.section import Secret
from infra.config.tailscale import TailscaleConfig

IN_PREVIEW = "read from the file at the update"


def find_auth_key(tailscale: TailscaleConfig, root: Path) -> pulumi.Output[str] | None:
    """The key as a secret; None where the cluster holds it already. A preview needs no file."""
    if not tailscale.enabled or tailscale.existing_secret is not None:
        return None
    if tailscale.auth_key is not None:
        return opened(tailscale.auth_key)
    assert tailscale.auth_key_file is not None
    try:
        key = (root / tailscale.auth_key_file).read_text(encoding="utf-8").strip()
    except OSError as error:
        if pulumi.runtime.is_dry_run():
            return pulumi.Output.secret(IN_PREVIEW)
        problem = Problem(
            field="byoc:tailscale.authKeyFile",
            held=f'"{tailscale.auth_key_file}"',
            wrong=f"cannot be read: {error.strerror}",
            right="a file with the key, relative to Pulumi.yaml",
        )
        raise ConfigError(f"stack {pulumi.get_stack()}", (problem,)) from error
    return pulumi.Output.secret(key)


def opened(secret: Secret) -> pulumi.Output[str]:
    """A secret of the configuration enters the program as Pulumi's, and is one ever after."""
    return pulumi.Output.secret(secret.text or "")
