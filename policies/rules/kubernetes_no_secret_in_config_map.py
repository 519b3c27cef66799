"""No ConfigMap holds a secret."""

import re
from collections.abc import Iterator

from policies.frameworks import SECRETS
from policies.rule import Props, Rule, Severity
from policies.shapes import at

KEY = re.compile(r"(password|passwd|secret|token|api_?key|private_?key)$", re.IGNORECASE)
CONTENT = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\btskey-auth-\w+")


def check(props: Props) -> Iterator[str]:
    for key, value in (at(props, "data") or {}).items():
        if KEY.search(key) and value:
            yield f"Its key {key} is named like a secret."
        if CONTENT.search(value):
            yield f"Its key {key} holds a private key or an access key."


RULE = Rule(
    name="kubernetes-no-secret-in-config-map",
    severity=Severity.CRITICAL,
    summary="No ConfigMap holds a secret.",
    remedy="Put it into a Secret, and name that in the pod.",
    resource_types=("kubernetes:core/v1:ConfigMap",),
    frameworks=(*SECRETS,),
    check=check,
)
