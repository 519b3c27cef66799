"""The controller: the program that turns Warehouse and Service objects into running ClickHouse."""

import json
from collections.abc import Mapping
from datetime import date, timedelta

import pulumi
import pulumi_kubernetes as k8s

from components.kubernetes.containers import Compute
from components.kubernetes.control_program import (
    CONTROL_UID,
    METRICS,
    VOLUMES,
    control_container,
)
from components.kubernetes.deployment import Deployment
from components.kubernetes.images import image
from components.kubernetes.labels import metadata
from components.kubernetes.monitoring.prometheus import URL
from components.kubernetes.names import (
    DEPLOYMENT_CONFIG_MAP,
    Autoscaling,
    Feature,
    ImageName,
    Namespace,
    Priority,
    ServiceAccount,
)
from components.kubernetes.platform.args import Buckets, DataKeysArgs, Route
from components.kubernetes.platform.controller_rights import CONTROLLER_RIGHTS
from components.kubernetes.rights import grant, rights_with
from components.kubernetes.workload import Children, Workload
from components.kubernetes.workloads import create_deployment, create_service_account


def create_controller(
    children: Children,
    deployment: Deployment,
    buckets: Buckets,
    autoscaling: Autoscaling,
    releases: Mapping[str, date],
    routes: tuple[Route, ...],
    features: frozenset[Feature],
    data_keys: DataKeysArgs | None,
) -> None:
    facts = deployment_facts(deployment, buckets, releases, routes, data_keys)
    config_map = k8s.core.v1.ConfigMap(
        f"{children.prefix}-{DEPLOYMENT_CONFIG_MAP}",
        metadata=metadata(
            deployment, DEPLOYMENT_CONFIG_MAP, "controller", namespace=Namespace.SYSTEM
        ),
        data=facts,
        opts=children.options(),
    )
    create_pod_accounts(children, deployment)
    workload = controller_workload(deployment, autoscaling, tuple(facts.values()))
    account = create_service_account(children, workload)
    bindings = grant(children, workload, rights_with(features, CONTROLLER_RIGHTS))
    # One at a time: two controllers would both act on the same objects.
    create_deployment(children, workload, account, config_map, *bindings, recreate=True)


def create_pod_accounts(children: Children, deployment: Deployment) -> None:
    """What the controller's pods run as: without rights here; servers have a pod identity in the
    cloud, Keeper has none."""
    accounts = {
        ServiceAccount.CLICKHOUSE_SERVER: "server",
        ServiceAccount.CLICKHOUSE_KEEPER: "keeper",
    }
    for name, component in accounts.items():
        k8s.core.v1.ServiceAccount(
            f"{children.prefix}-{name}",
            metadata=metadata(deployment, name, component, namespace=Namespace.CLICKHOUSE),
            automount_service_account_token=False,
            opts=children.options(),
        )


def deployment_facts(
    deployment: Deployment,
    buckets: Buckets,
    releases: Mapping[str, date],
    routes: tuple[Route, ...],
    data_keys: DataKeysArgs | None,
) -> dict[str, pulumi.Input[str]]:
    """What the controller needs to know of the deployment, and nothing that is secret."""
    opening: dict[str, pulumi.Input[str]] = {}
    if data_keys is not None:
        opening = {"tde_key_arn": data_keys.kms_key_arn, "tde_role_arn": data_keys.role_arn}
    return opening | {
        "deployment": deployment.name,
        "cloud": deployment.cloud,
        "region": deployment.region,
        "account": deployment.account,
        "data_bucket": buckets.data,
        "backup_bucket": buckets.backup,
        "monitoring_bucket": buckets.monitoring,
        "server_service_account": ServiceAccount.CLICKHOUSE_SERVER,
        "keeper_service_account": ServiceAccount.CLICKHOUSE_KEEPER,
        "image_server": image(deployment, ImageName.CLICKHOUSE_SERVER),
        "image_keeper": image(deployment, ImageName.CLICKHOUSE_KEEPER),
        "image_control": image(deployment, ImageName.CONTROL),
        "releases": json.dumps({v: day.isoformat() for v, day in sorted(releases.items())}),
        "routed_services": json.dumps([f"{each.namespace}/{each.service}" for each in routes]),
    }


def sizing_environment(deployment: Deployment, autoscaling: Autoscaling) -> dict[str, str]:
    """The most that services may ask for, and where their load is known."""
    monitored = Feature.MONITORING in deployment.features
    return {"AUTOSCALING": autoscaling} | ({"PROMETHEUS_URL": URL} if monitored else {})


def controller_workload(
    deployment: Deployment, autoscaling: Autoscaling, config: tuple[pulumi.Input[str], ...]
) -> Workload:
    container = control_container(
        deployment,
        "controller",
        "control.controller",
        Compute(cpu="200m", cpu_limit="1", memory="512Mi"),
        env=sizing_environment(deployment, autoscaling),
    )
    return Workload(
        deployment=deployment,
        namespace=Namespace.SYSTEM,
        name="controller",
        component="controller",
        service_account=ServiceAccount.CONTROLLER,
        uid=CONTROL_UID,
        priority=Priority.CONTROL,
        containers=(container,),
        volumes=VOLUMES,
        calls_api=True,
        metrics=METRICS,
        config=config,
        grace=timedelta(seconds=60),
    )
