"""How a client reaches the cluster: a token by the caller's own AWS rights, never a stored one."""

import json


def kubeconfig(
    *,
    cluster: str,
    region: str,
    endpoint: str,
    certificate_authority: str,
    role_arn: str | None = None,
    external_id: str | None = None,
    profile: str | None = None,
) -> str:
    """JSON, which is YAML as well. With a role, the token is asked for in that role's name; or in
    the name of the profile's, where the AWS configuration has it."""
    identity = {"--profile": profile, "--role-arn": role_arn, "--external-id": external_id}
    arguments = ["kube-token", "--cluster", cluster, "--region", region]
    for option, value in identity.items():
        arguments += [option, value] if value is not None else []
    server = {"server": endpoint, "certificate-authority-data": certificate_authority}
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": cluster,
        "clusters": [{"name": cluster, "cluster": server}],
        "contexts": [{"name": cluster, "context": {"cluster": cluster, "user": cluster}}],
        "users": [{"name": cluster, "user": {"exec": token_command(arguments)}}],
    }
    return json.dumps(document, indent=2)


def token_command(arguments: list[str]) -> dict[str, object]:
    return {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "byoc",
        "args": arguments,
        "interactiveMode": "Never",
        "installHint": "byoc comes with this project: install it into a virtual environment and"
        " put that on PATH",
    }
