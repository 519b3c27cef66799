"""No ConfigMap holds a secret."""

from collections.abc import Iterator

from policies.frameworks import SECRETS
from policies.rule import Props, Rule, Severity
from policies.secrets import looks_secret, named_like_secret
from policies.shapes import at


def check(props: Props) -> Iterator[str]:
    for key, value in (at(props, "data") or {}).items():
        if named_like_secret(key) and value:
            yield f"Its key {key} is named like a secret."
        if looks_secret(value):
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
