"""The programs through which state and usage leave the deployment: figures, never data."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.kubernetes.containers import Compute
from components.kubernetes.control_program import (
    CONTROL_UID,
    METRICS,
    VOLUMES,
    control_container,
)
from components.kubernetes.monitoring.args import MonitoringArgs
from components.kubernetes.monitoring.prometheus import URL as PROMETHEUS_URL
from components.kubernetes.names import (
    API_GROUP,
    DEPLOYMENT_CONFIG_MAP,
    Namespace,
    Priority,
    ServiceAccount,
)
from components.kubernetes.rights import Right, grant
from components.kubernetes.workloads import (
    Children,
    Workload,
    create_deployment,
    create_service_account,
)


@dataclass(frozen=True, kw_only=True)
class Exporter:
    account: ServiceAccount
    module: str
    rights: tuple[Right, ...]


def reads(
    group: str, resource: str, why: str, namespace: Namespace = Namespace.CLICKHOUSE
) -> Right:
    return Right(
        feature="telemetry",
        group=group,
        resource=resource,
        reasons={"get": why, "list": why, "watch": "hears of changes without asking again"},
        namespaces=(namespace,),
    )


FACTS = Right(
    feature="telemetry",
    group="",
    resource="configmaps",
    reasons={"get": "names the deployment and region that the figures belong to"},
    namespaces=(Namespace.SYSTEM,),
    names=(DEPLOYMENT_CONFIG_MAP,),
)

EXPORTERS = (
    Exporter(
        account=ServiceAccount.STATE_EXPORTER,
        module="control.telemetry.state_exporter",
        rights=(
            FACTS,
            reads(API_GROUP, "warehouses", "phase and version, for the operator's console"),
            reads(API_GROUP, "services", "phase, size and replicas, for the operator's console"),
            reads("", "pods", "whether replicas run, for the operator's console"),
        ),
    ),
    Exporter(
        account=ServiceAccount.USAGE_SCRAPER,
        module="control.telemetry.usage_scraper",
        rights=(
            FACTS,
            reads(API_GROUP, "warehouses", "whose usage it is"),
            reads(API_GROUP, "services", "allocated memory and replicas"),
            reads("", "pods", "which replicas ran, and how long"),
        ),
    ),
)


def create_exporters(children: Children, args: MonitoringArgs) -> None:
    environments: dict[ServiceAccount, Mapping[str, pulumi.Input[str]]] = {
        ServiceAccount.STATE_EXPORTER: args.telemetry.state_exporter,
        ServiceAccount.USAGE_SCRAPER: {"BYOC_PROMETHEUS_URL": PROMETHEUS_URL}
        | dict(args.telemetry.usage_scraper),
    }
    for exporter in EXPORTERS:
        workload = exporter_workload(args, exporter, environments[exporter.account])
        account = create_service_account(children, workload)
        bindings = grant(children, workload, exporter.rights)
        create_deployment(children, workload, account, *bindings, recreate=True)


def exporter_workload(
    args: MonitoringArgs, exporter: Exporter, env: Mapping[str, pulumi.Input[str]]
) -> Workload:
    container = control_container(
        args.deployment,
        exporter.account,
        exporter.module,
        Compute(cpu="50m", cpu_limit="500m", memory="192Mi"),
        env,
    )
    return Workload(
        deployment=args.deployment,
        namespace=Namespace.SYSTEM,
        name=exporter.account,
        component="telemetry",
        service_account=exporter.account,
        uid=CONTROL_UID,
        priority=Priority.OBSERVABILITY,
        containers=(container,),
        volumes=VOLUMES,
        calls_api=True,
        metrics=METRICS,
        awaited=args.await_workloads,
    )
