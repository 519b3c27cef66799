"""PrivateLink of a deployment: which load balancer it offers, and how that is found."""

import pulumi
from pulumi_aws import lb

from components.aws.private_link import PrivateLink, PrivateLinkArgs
from components.kubernetes.platform import private_load_balancer_tags
from infra import scope
from infra.config.stack import StackConfig

SUBDOMAIN = "vpce"


def private_dns_name(config: StackConfig) -> str:
    return f"{SUBDOMAIN}.{config.endpoints.domain}"


def offers_private_link(config: StackConfig) -> bool:
    return config.endpoints.private_link is not None


def create_private_link(
    config: StackConfig,
    hostname: pulumi.Output[str] | None,
    provider: pulumi.ProviderResource,
) -> PrivateLink | None:
    """`hostname` is that of the ingress's private load balancer, where it has one."""
    link = config.endpoints.private_link
    if link is None:
        return None
    arn: pulumi.Input[str] | None = link.load_balancer_arn
    if arn is None:
        assert hostname is not None
        arn = find_private_load_balancer(config, hostname, provider)
    return PrivateLink(
        "private-link",
        PrivateLinkArgs(
            scope=scope.scope(config),
            tags=scope.tags(config),
            load_balancer_arn=arn,
            dns_name=private_dns_name(config),
            allowed_principals=link.allowed_principals,
            acceptance_required=link.acceptance_required,
            accepted_endpoints=link.accepted_endpoints,
            supported_regions=link.supported_regions,
            dns_verified=link.dns_verified,
        ),
        pulumi.ResourceOptions(providers=[provider]),
    )


def find_private_load_balancer(
    config: StackConfig, hostname: pulumi.Output[str], provider: pulumi.ProviderResource
) -> pulumi.Output[str]:
    """ARN of the one that the cluster made for the ingress, by its tags, once it has a host name:
    before that, in a first preview, nobody is asked."""
    wanted = private_load_balancer_tags(config.name)
    found = lb.get_load_balancer_output(
        tags=hostname.apply(lambda _: dict(wanted)),
        opts=pulumi.InvokeOutputOptions(provider=provider),
    )
    arn: pulumi.Output[str] = found.arn
    return arn
