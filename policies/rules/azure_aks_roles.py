"""AKS decides by roles."""

from policies.frameworks import LEAST_PRIVILEGE
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="azure-aks-roles",
    severity=Severity.HIGH,
    summary="AKS decides by roles.",
    remedy="Leave enable_rbac out, or set it to True.",
    resource_types=("azure-native:containerservice:ManagedCluster",),
    frameworks=(*LEAST_PRIVILEGE,),
    check=switched_on("enableRBAC", "Everyone who may enter it may do everything.", default=True),
)
