"""Rights on a vault are given by roles."""

from policies.frameworks import LEAST_PRIVILEGE
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="azure-vault-roles",
    severity=Severity.MEDIUM,
    summary="Rights on a vault are given by roles.",
    remedy="Set enable_rbac_authorization=True.",
    resource_types=("azure-native:keyvault:Vault",),
    frameworks=(*LEAST_PRIVILEGE,),
    check=switched_on(
        "properties.enableRbacAuthorization",
        "Its own list gives rights past the roles of the subscription.",
        default=False,
    ),
)
