"""Rights of external-dns and cert-manager in the Route 53 zone of the endpoints."""

from permissions.rows import Condition, Grant, grants

ZONE = "arn:{partition}:route53:::hostedzone/{hosted_zone}"


def zone_rights(component: str, *conditions: Condition) -> tuple[Grant, ...]:
    return (
        *grants(
            "route53: ChangeResourceRecordSets", ZONE, component=component, conditions=conditions
        ),
        *grants("route53: ListResourceRecordSets", ZONE, component=component),
    )


EXTERNAL_DNS = (
    *zone_rights("external-dns"),
    *grants(
        "route53: ListHostedZones ListTagsForResources",
        "*",
        component="external-dns",
        reason="It finds its zone among all zones of the account.",
    ),
)

CERT_MANAGER = (
    *zone_rights(
        "cert-manager",
        Condition(
            operator="ForAllValues:StringEquals",
            key="route53:ChangeResourceRecordSetsRecordTypes",
            values=("TXT",),
        ),
    ),
    *grants(
        "route53: GetChange",
        "arn:{partition}:route53:::change/*",
        component="cert-manager",
    ),
)
