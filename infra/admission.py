"""What the policy pack says of pods, for the API server of the cluster."""

import json

from components.kubernetes.names import Namespace
from components.kubernetes.platform import AdmissionArgs
from policies import settings
from policies.admission import admission_policies
from policies.catalog import all_rules, rules_of


def admission(stack: str) -> tuple[AdmissionArgs, ...]:
    """With the levels, parameters and exemptions of policies/config.json."""
    found = admission_policies(
        rules_of("kubernetes_"), find_settings(), stack, [name.value for name in Namespace]
    )
    return tuple(
        AdmissionArgs(name=each.name, policy=each.policy, binding=each.binding) for each in found
    )


def find_settings() -> settings.Settings:
    """The pack itself checks the file; all rules are read here only where it is bad."""
    try:
        return settings.parse(json.loads(settings.FILE.read_text()))
    except (AttributeError, KeyError, TypeError, ValueError):
        return settings.load(settings.FILE, {rule.name: rule for rule in all_rules()})
