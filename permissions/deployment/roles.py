"""The roles of one deployment: who takes each one on, and what it may do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from permissions import trust
from permissions.deployment import autoscaling, dns, load_balancers, operator_links, storage
from permissions.deployment import managed_policies as managed
from permissions.deployment.data_keys import DATA_KEYS
from permissions.deployment.flow_logs import FLOW_LOGS
from permissions.deployment.volumes import SECRET_KEYS, VOLUME_KEYS
from permissions.names import Scope
from permissions.rows import Grant


class RoleFeature(StrEnum):
    """What a deployment must have for a role to be there."""

    OPERATOR = "operator"
    FLOW_LOGS = "flow-logs"
    AUTOSCALER = "autoscaler"
    LOAD_BALANCER_CONTROLLER = "load-balancer-controller"
    DNS = "dns"
    LONG_TERM_METRICS = "long-term-metrics"
    BACKUP_REPLICA = "backup-replica"
    TDE = "tde"


class Service(StrEnum):
    """Roles that an AWS service takes on."""

    EKS = "eks"
    EC2 = "ec2"
    FLOW_LOGS = "vpc-flow-logs"
    S3 = "s3"


@dataclass(frozen=True, kw_only=True)
class ServiceAccount:
    """Pods of this service account take the role on by EKS Pod Identity."""

    namespace: str
    name: str


@dataclass(frozen=True, kw_only=True)
class RoleOfPods:
    """Pods that have this role of the deployment may take on another one after it."""

    suffix: str


class Outside(StrEnum):
    OPERATOR = "operator"


@dataclass(frozen=True, kw_only=True)
class DeploymentRole:
    suffix: str
    purpose: str
    taken_on_by: Service | ServiceAccount | RoleOfPods | Outside
    rows: tuple[Grant, ...] = ()
    managed_policies: tuple[str, ...] = ()
    needs: RoleFeature | None = None


DEPLOYMENT_ROLES = (
    DeploymentRole(
        suffix="k8s-control-plane",
        purpose="Kubernetes control plane",
        taken_on_by=Service.EKS,
        managed_policies=(managed.CLUSTER_POLICY, managed.VPC_RESOURCE_CONTROLLER),
        rows=SECRET_KEYS,
    ),
    DeploymentRole(
        suffix="k8s-worker",
        purpose="nodes",
        taken_on_by=Service.EC2,
        managed_policies=(managed.WORKER_NODE, managed.CNI, managed.REGISTRY_READ),
    ),
    DeploymentRole(
        suffix="flow-logs",
        purpose="delivery of flow logs",
        taken_on_by=Service.FLOW_LOGS,
        rows=FLOW_LOGS,
        needs=RoleFeature.FLOW_LOGS,
    ),
    DeploymentRole(
        suffix="ebs-csi-driver",
        purpose="volumes of pods",
        taken_on_by=ServiceAccount(namespace="kube-system", name="ebs-csi-controller-sa"),
        managed_policies=(managed.EBS_CSI_DRIVER,),
        rows=VOLUME_KEYS,
    ),
    DeploymentRole(
        suffix="load-balancer-controller",
        purpose="load balancers of Services",
        taken_on_by=ServiceAccount(namespace="kube-system", name="aws-load-balancer-controller"),
        rows=load_balancers.LOAD_BALANCER_CONTROLLER,
        needs=RoleFeature.LOAD_BALANCER_CONTROLLER,
    ),
    DeploymentRole(
        suffix="cluster-autoscaler",
        purpose="number of nodes",
        taken_on_by=ServiceAccount(namespace="byoc-system", name="cluster-autoscaler"),
        rows=autoscaling.CLUSTER_AUTOSCALER,
        needs=RoleFeature.AUTOSCALER,
    ),
    DeploymentRole(
        suffix="external-dns",
        purpose="names of the endpoints",
        taken_on_by=ServiceAccount(namespace="external-dns", name="external-dns"),
        rows=dns.EXTERNAL_DNS,
        needs=RoleFeature.DNS,
    ),
    DeploymentRole(
        suffix="cert-manager",
        purpose="certificate of the endpoints",
        taken_on_by=ServiceAccount(namespace="cert-manager", name="cert-manager"),
        rows=dns.CERT_MANAGER,
        needs=RoleFeature.DNS,
    ),
    DeploymentRole(
        suffix="CH-S3-Role",
        purpose="data and backups of ClickHouse",
        taken_on_by=ServiceAccount(namespace="clickhouse", name="clickhouse-server"),
        rows=storage.CLICKHOUSE,
    ),
    DeploymentRole(
        suffix="controller",
        purpose="removal of expired backups, and of data whose owner asked for it; data keys",
        taken_on_by=ServiceAccount(namespace="byoc-system", name="controller"),
        rows=(*storage.CONTROLLER, *DATA_KEYS),
    ),
    DeploymentRole(  # what it may do stands in the policy of the key alone
        suffix="tde-delegate",
        purpose="data keys of servers",
        taken_on_by=RoleOfPods(suffix="CH-S3-Role"),
        needs=RoleFeature.TDE,
    ),
    DeploymentRole(
        suffix="backup-replication",
        purpose="copies of backups in another region",
        taken_on_by=Service.S3,
        rows=storage.REPLICATION,
        needs=RoleFeature.BACKUP_REPLICA,
    ),
    DeploymentRole(
        suffix="thanos",
        purpose="metrics of long standing",
        taken_on_by=ServiceAccount(namespace="byoc-monitoring", name="prometheus"),
        rows=storage.THANOS,
        needs=RoleFeature.LONG_TERM_METRICS,
    ),
    DeploymentRole(
        suffix="state-exporter",
        purpose="state of services, for the operator",
        taken_on_by=ServiceAccount(namespace="byoc-system", name="state-exporter"),
        rows=operator_links.STATE_EXPORTER,
        needs=RoleFeature.OPERATOR,
    ),
    DeploymentRole(
        suffix="clickhouse-scraper",
        purpose="usage, for the operator's bill",
        taken_on_by=ServiceAccount(namespace="byoc-system", name="usage-scraper"),
        rows=operator_links.SCRAPER,
        needs=RoleFeature.OPERATOR,
    ),
    DeploymentRole(
        suffix="data-plane-mgmt",
        purpose="the operator's daily look at cluster and buckets",
        taken_on_by=Outside.OPERATOR,
        rows=operator_links.DATA_PLANE_MANAGEMENT,
        needs=RoleFeature.OPERATOR,
    ),
)


def needed_roles(features: frozenset[RoleFeature]) -> tuple[DeploymentRole, ...]:
    return tuple(role for role in DEPLOYMENT_ROLES if role.needs is None or role.needs in features)


def trust_policy(
    role: DeploymentRole, scope: Scope, operator: trust.Operator | None
) -> dict[str, Any]:
    match role.taken_on_by:
        case ServiceAccount(namespace=namespace, name=name):
            return trust.pod_trust(scope, namespace, name)
        case RoleOfPods(suffix=suffix):
            return trust.chained_trust(scope, suffix)
        case Outside():
            if operator is None:
                raise ValueError(f"{role.suffix} needs an operator")
            return trust.operator_trust(operator, scope.partition)
        case service:
            return SERVICE_TRUST[service](scope)


SERVICE_TRUST: Mapping[Service, Callable[[Scope], dict[str, Any]]] = {
    Service.EKS: trust.cluster_trust,
    Service.EC2: lambda scope: trust.node_trust(),
    Service.FLOW_LOGS: trust.flow_log_trust,
    Service.S3: trust.bucket_trust,
}
