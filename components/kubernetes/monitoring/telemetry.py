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
from components.kubernetes.monitoring.args import MonitoringArgs, TelemetryArgs
from components.kubernetes.names import (
    API_GROUP,
    DEPLOYMENT_CONFIG_MAP,
    Namespace,
    Priority,
    ServiceAccount,
)
from components.kubernetes.rights import Right, grant
from components.kubernetes.workload import Children, Workload
from components.kubernetes.workloads import create_deployment, create_service_account


@dataclass(frozen=True, kw_only=True)
class Exporter:
    account: ServiceAccount
    module: str
    rights: tuple[Right, ...]


def lists(group: str, resource: str, why: str) -> Right:
    return Right(
        feature="telemetry",
        group=group,
        resource=resource,
        reasons={"list": why},
        namespaces=(Namespace.CLICKHOUSE,),
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
            lists(API_GROUP, "warehouses", "phase and version, for the operator's console"),
            lists(API_GROUP, "services", "phase, size and replicas, for the operator's console"),
        ),
    ),
    Exporter(
        account=ServiceAccount.USAGE_SCRAPER,
        module="control.telemetry.usage_scraper",
        rights=(FACTS, lists("", "pods", "which replicas run and what they hold, for the bill")),
    ),
)


def create_exporters(children: Children, args: MonitoringArgs) -> None:
    for exporter in EXPORTERS:
        env = environment(exporter.account, args.telemetry)
        workload = exporter_workload(args, exporter, env)
        account = create_service_account(children, workload)
        bindings = grant(children, workload, exporter.rights)
        create_deployment(children, workload, account, *bindings, recreate=True)


def environment(account: ServiceAccount, args: TelemetryArgs) -> dict[str, pulumi.Input[str]]:
    """What the program reads; a variable without a value is left out."""
    settings: dict[ServiceAccount, dict[str, pulumi.Input[str] | None]] = {
        ServiceAccount.STATE_EXPORTER: {
            "STATE_QUEUE_URL": args.state_queue_url,
            "STATE_ROLE_ARN": args.state_role_arn,
        },
        ServiceAccount.USAGE_SCRAPER: {
            "USAGE_BUCKET": args.usage_bucket,
            "USAGE_PREFIX": args.usage_prefix if args.usage_bucket is not None else None,
            "USAGE_ROLE_ARN": args.usage_role_arn,
        },
    }
    return {name: value for name, value in settings[account].items() if value is not None}


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
