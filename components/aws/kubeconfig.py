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
) -> str:
    """JSON, which is YAML as well. With a role, the token is asked for in that role's name."""
    command = ["kube-token", "--cluster", cluster, "--region", region]
    if role_arn is not None:
        command += ["--role-arn", role_arn]
    if external_id is not None:
        command += ["--external-id", external_id]
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": cluster,
            "clusters": [
                {
                    "name": cluster,
                    "cluster": {
                        "server": endpoint,
                        "certificate-authority-data": certificate_authority,
                    },
                }
            ],
            "contexts": [{"name": cluster, "context": {"cluster": cluster, "user": cluster}}],
            "users": [
                {
                    "name": cluster,
                    "user": {
                        "exec": {
                            "apiVersion": "client.authentication.k8s.io/v1",
                            "command": "byoc",
                            "args": command,
                            "interactiveMode": "Never",
                            "installHint": "byoc comes with this project: make up, or"
                            " pip install the project into a virtual environment",
                        }
                    },
                }
            ],
        },
        indent=2,
    )
