"""What the configuration means for names, tags and rights, which every layer shares."""

from components.aws.tags import Tags
from infra.config.access import Granted, RolesMadeBy
from infra.config.network import FlowLogTraffic
from infra.config.node_autoscaler import NodeAutoscaler
from infra.config.pipelines import IdentityProvider
from infra.config.platform import LoadBalancers
from infra.config.stack import StackConfig
from permissions.ci.pipelines import Pipelines
from permissions.deployment.roles import RoleFeature
from permissions.names import Scope, partition_of
from permissions.operator.access_roles import phase_roles
from permissions.reading import reading_role_arn
from permissions.rows import Feature, Phase
from permissions.trust import Operator


def scope(config: StackConfig) -> Scope:
    return Scope(
        name=config.name,
        region=config.region,
        account=config.account,
        partition=partition_of(config.region),
        access_role=config.access.role_name,
        operator_account=config.access.operator_account or "",
        hosted_zone=config.endpoints.hosted_zone_id or "*",
        replica_region=replica_region(config) or "",
    )


def replica_region(config: StackConfig) -> str | None:
    """Where backups are copied to, or may be: onboarding does not know the deployment yet."""
    replica = config.storage.backup_replica
    return config.access.backup_replica_region if replica is None else replica.region


def tags(config: StackConfig) -> Tags:
    return Tags(deployment=config.name, owner=config.tags)


def operator(config: StackConfig) -> Operator | None:
    access = config.access
    if access.operator_account is None or access.external_id is None:
        return None
    return Operator(
        account=access.operator_account,
        principal=access.operator_principal,
        external_id=access.external_id,
    )


def pipelines(config: StackConfig) -> Pipelines | None:
    chosen = config.pipelines
    if chosen is None:
        return None
    keys = (chosen.secrets_key_arn, chosen.state_key_arn)
    return Pipelines(
        system=chosen.system,
        repository=chosen.repository,
        environment=chosen.environment,
        branch=chosen.branch,
        issuer=chosen.issuer or "",
        make_provider=chosen.identity_provider is IdentityProvider.ONBOARDING,
        state_bucket=chosen.state_bucket,
        keys=tuple(sorted({key for key in keys if key is not None})),
    )


def operator_features(config: StackConfig) -> frozenset[Feature]:
    access = config.access
    chosen = {
        Feature.CORE: True,
        Feature.NETWORK_WRITE: access.network_write,
        Feature.IAM_WRITE: access.iam_write,
        Feature.KEY_WRITE: access.key_write,
        Feature.PEERING: access.peering,
        Feature.HUB: access.hub,
        Feature.PRIVATE_LINK: access.private_link,
        Feature.BACKUP_REPLICA: access.backup_replica_region is not None,
        Feature.DATA_REMOVAL: access.data_removal,
    }
    return frozenset(feature for feature, granted in chosen.items() if granted)


GRANTED = {
    Granted.ALL: frozenset(Phase),
    Granted.OPERATE: frozenset({Phase.OPERATE}),
    Granted.NONE: frozenset[Phase](),
}


def operator_phases(config: StackConfig) -> frozenset[Phase]:
    return GRANTED[config.access.granted]


def role_features(config: StackConfig) -> frozenset[RoleFeature]:
    """Roles follow what the deployment has; onboarding makes them all, not knowing it yet."""
    if config.is_onboarding:
        asked = {
            RoleFeature.BACKUP_REPLICA: config.access.backup_replica_region is not None,
        }
        return frozenset(feature for feature in RoleFeature if asked.get(feature, True))
    endpoints = config.endpoints
    controller = endpoints.load_balancers is LoadBalancers.CONTROLLER
    chosen = {
        RoleFeature.OPERATOR: operator(config) is not None,
        RoleFeature.FLOW_LOGS: config.network.flow_logs is not FlowLogTraffic.NONE,
        RoleFeature.AUTOSCALER: config.cluster.autoscaling is NodeAutoscaler.CLUSTER_AUTOSCALER,
        RoleFeature.LOAD_BALANCER_CONTROLLER: endpoints.domain is not None and controller,
        RoleFeature.DNS: endpoints.hosted_zone_id is not None,
        RoleFeature.TDE: config.encryption.tde,
        RoleFeature.BACKUP_REPLICA: config.storage.backup_replica is not None,
        RoleFeature.LONG_TERM_METRICS: config.monitoring.enabled and config.monitoring.long_term,
    }
    return frozenset(feature for feature, present in chosen.items() if present)


def makes_operator_access(config: StackConfig) -> bool:
    """An onboarding stack makes access role and boundary, else the deployment does."""
    return config.is_onboarding or config.access.role_arn is None


def makes_deployment_roles(config: StackConfig) -> bool:
    by_onboarding = config.access.deployment_roles is RolesMadeBy.ONBOARDING
    return by_onboarding is config.is_onboarding


def entering_roles(config: StackConfig) -> tuple[str, ...]:
    """Every role of the operator for which the cluster is opened, whoever made it: a cluster that
    its owner made and handed over later is entered as one that the operator made."""
    named = config.access.role_arn
    if named is None:
        return ()
    arns = tuple(role.arn for role in phase_roles(scope(config)))
    return arns if named in arns else (named,)


def entries(config: StackConfig) -> tuple[str, ...]:
    """Those of them that are there: EKS takes no entry for a role that onboarding left out."""
    phases = operator_phases(config)
    absent = {role.arn for role in phase_roles(scope(config)) if role.phase not in phases}
    return tuple(arn for arn in entering_roles(config) if arn not in absent)


def reading_entry(config: StackConfig) -> str | None:
    """ARN of the role that the cluster lets in to read, where planning is another role's than
    applying."""
    if config.access.profile is None or not operator_phases(config):
        return None
    return reading_role_arn(scope(config))


def taking_down(config: StackConfig) -> StackConfig:
    """The same deployment under the role that may take it down, where onboarding made one."""
    arns = {role.phase: role.arn for role in phase_roles(scope(config))}
    if config.access.role_arn not in arns.values():
        return config
    access = config.access.model_copy(update={"role_arn": arns[Phase.DEPROVISION]})
    return config.model_copy(update={"access": access})
