"""Pods of AKS have identities of their own."""

from policies.frameworks import LEAST_PRIVILEGE
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="azure-aks-workload-identity",
    severity=Severity.HIGH,
    summary="Pods of AKS have identities of their own.",
    remedy=('Set security_profile={"workload_identity": {"enabled": True}} and the OIDC issuer.'),
    resource_types=("azure-native:containerservice:ManagedCluster",),
    frameworks=(*LEAST_PRIVILEGE,),
    check=switched_on(
        "securityProfile.workloadIdentity.enabled",
        "Its pods use the identity of their node.",
        default=False,
    ),
)
