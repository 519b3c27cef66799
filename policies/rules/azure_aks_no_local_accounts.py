"""AKS knows people by their directory, not by local accounts."""

from policies.frameworks import CREDENTIALS
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="azure-aks-no-local-accounts",
    severity=Severity.HIGH,
    summary="AKS knows people by their directory, not by local accounts.",
    remedy="Set disable_local_accounts=True.",
    resource_types=("azure-native:containerservice:ManagedCluster",),
    frameworks=(*CREDENTIALS,),
    check=switched_on(
        "disableLocalAccounts",
        "Its local administrator has a certificate that nobody can revoke.",
        default=False,
    ),
)
