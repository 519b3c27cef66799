"""No secret stands in the environment of a pod as plain text."""

import re
from collections.abc import Iterator

from policies.cel import Cel, Each, quoted, quoted_list
from policies.frameworks import SECRETS
from policies.pods import WORKLOADS, containers
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import listed

WORDS = re.compile(r"(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_KEY|AUTHKEY|PRIVATE_KEY)$")


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    """Some variables hold the name of a Secret, and look like one."""
    for container in containers(props):
        for variable in listed(container.get("env")):
            if variable["name"] in parameters["names"]:
                continue
            if WORDS.search(variable["name"]) and variable.get("value"):
                yield f"The variable {variable['name']} of {container['name']} is plain text."


def no_plain_secret(parameters: Parameters) -> str:
    excused = f"v.name in {quoted_list(parameters['names'])}"
    secret = f"v.name.matches({quoted(WORDS.pattern)})"
    return f"c.?env.orValue([]).all(v, {excused} || !{secret} || v.?value.orValue('') == '')"


RULE = Rule(
    name="kubernetes-no-secret-in-environment",
    severity=Severity.CRITICAL,
    summary="No secret stands in the environment of a pod as plain text.",
    remedy="Use valueFrom.secretKeyRef, or mount the Secret.",
    resource_types=WORKLOADS,
    frameworks=(*SECRETS,),
    parameters={"names": ["TS_KUBE_SECRET"]},
    check=check,
    cel=Cel(each=Each.CONTAINER, holds=no_plain_secret),
)
