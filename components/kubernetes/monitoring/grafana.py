"""Grafana: dashboards over Prometheus, for people who were let in."""

from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import yaml

from components.kubernetes.containers import Compute, Container, Mount, Probe
from components.kubernetes.deployment import Deployment
from components.kubernetes.images import image
from components.kubernetes.labels import metadata
from components.kubernetes.monitoring.args import GrafanaArgs, MonitoringArgs
from components.kubernetes.monitoring.dashboard_rows import DASHBOARDS
from components.kubernetes.monitoring.dashboards import DATASOURCE, dashboard_document
from components.kubernetes.monitoring.prometheus import URL as PROMETHEUS_URL
from components.kubernetes.names import ImageName, Namespace, Priority, ServiceAccount
from components.kubernetes.services import create_service
from components.kubernetes.volumes import config_map_volume, scratch_volume, secret_volume
from components.kubernetes.workload import Children, Metrics, Workload
from components.kubernetes.workloads import create_deployment, create_service_account

APP = "grafana"
PORT = 3000
GRAFANA_UID = 472

ADMIN = Mount(volume="admin", path="/run/grafana-admin")
ADMIN_KEY = "admin-password"
ADMIN_FILE = f"{ADMIN.path}/{ADMIN_KEY}"
ADMIN_SECRET = "grafana-admin"  # noqa: S105 - the name of a Secret, not its content
DATASOURCES = Mount(volume="datasources", path="/etc/grafana/provisioning/datasources")
PROVIDERS = Mount(volume="providers", path="/etc/grafana/provisioning/dashboards")
BOARDS = Mount(volume="dashboards", path="/etc/grafana/dashboards")
DATA = Mount(volume="data", path="/var/lib/grafana", read_only=False)
SCRATCH = Mount(volume="tmp", path="/tmp", read_only=False)  # noqa: S108 - a path in the pod

# Made where it is used, and known to nobody else: neither the stack nor the API server.
# kubectl -n byoc-monitoring exec deploy/grafana -- cat /run/grafana-admin/admin-password
MAKE_PASSWORD = f"umask 077; head -c 24 /dev/urandom | base64 > {ADMIN_FILE}"

SETTINGS = {
    "GF_SERVER_HTTP_ADDR": "$(POD_IP)",
    "GF_SERVER_HTTP_PORT": str(PORT),
    "GF_PATHS_DATA": DATA.path,
    "GF_LOG_MODE": "console",
    "GF_SECURITY_ADMIN_PASSWORD__FILE": ADMIN_FILE,
    "GF_SECURITY_DISABLE_GRAVATAR": "true",
    "GF_AUTH_ANONYMOUS_ENABLED": "false",
    "GF_AUTH_PROXY_ENABLED": "false",
    "GF_USERS_ALLOW_SIGN_UP": "false",
    # Nothing leaves the deployment but the declared flows.
    "GF_ANALYTICS_REPORTING_ENABLED": "false",
    "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
    "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
    "GF_PLUGINS_PREINSTALL_DISABLED": "true",
    "GF_NEWS_NEWS_FEED_ENABLED": "false",
    "GF_SNAPSHOTS_EXTERNAL_ENABLED": "false",
}


def create_grafana(children: Children, args: MonitoringArgs, grafana: GrafanaArgs) -> None:
    maps = {
        DATASOURCES.volume: {"prometheus.yaml": datasource_document()},
        PROVIDERS.volume: {"byoc.yaml": provider_document()},
        BOARDS.volume: {f"{board.uid}.json": dashboard_document(board) for board in DASHBOARDS},
    }
    files = [
        create_config_map(children, args.deployment, volume, data) for volume, data in maps.items()
    ]
    secrets = create_admin_secret(children, args.deployment, grafana)
    config = tuple(text for data in maps.values() for text in data.values())
    workload = grafana_workload(args, grafana, config)
    account = create_service_account(children, workload)
    create_service(children, workload, {"http": PORT})
    create_deployment(children, workload, account, *files, *secrets)


def create_config_map(
    children: Children, deployment: Deployment, volume: str, data: dict[str, str]
) -> pulumi.Resource:
    config_map: pulumi.Resource = k8s.core.v1.ConfigMap(
        f"{children.prefix}-{APP}-{volume}",
        metadata=metadata(deployment, f"{APP}-{volume}", APP, namespace=Namespace.MONITORING),
        data=data,
        opts=children.options(),
    )
    return config_map


def create_admin_secret(
    children: Children, deployment: Deployment, grafana: GrafanaArgs
) -> tuple[pulumi.Resource, ...]:
    if grafana.admin_password is None:
        return ()
    return (
        k8s.core.v1.Secret(
            f"{children.prefix}-{ADMIN_SECRET}",
            metadata=metadata(deployment, ADMIN_SECRET, APP, namespace=Namespace.MONITORING),
            string_data={ADMIN_KEY: pulumi.Output.secret(grafana.admin_password)},
            opts=children.options(),
        ),
    )


def admin_volume(grafana: GrafanaArgs) -> dict[str, Any]:
    if grafana.admin_password is not None:
        return secret_volume(ADMIN.volume, ADMIN_SECRET)
    if grafana.existing_secret is not None:
        return secret_volume(ADMIN.volume, grafana.existing_secret)
    return scratch_volume(ADMIN.volume, size_mib=1)


def makes_password(grafana: GrafanaArgs) -> bool:
    return grafana.admin_password is None and grafana.existing_secret is None


def grafana_workload(
    args: MonitoringArgs, grafana: GrafanaArgs, config: tuple[str, ...]
) -> Workload:
    return Workload(
        deployment=args.deployment,
        namespace=Namespace.MONITORING,
        name=APP,
        component=APP,
        service_account=ServiceAccount.GRAFANA,
        uid=GRAFANA_UID,
        priority=Priority.OBSERVABILITY,
        init_containers=(password_container(args.deployment),) if makes_password(grafana) else (),
        containers=(grafana_container(args.deployment),),
        volumes=(
            admin_volume(grafana),
            *(config_map_volume(m.volume, f"{APP}-{m.volume}") for m in FILES),
            scratch_volume(DATA.volume, size_mib=512),
            scratch_volume(SCRATCH.volume, size_mib=64),
        ),
        metrics=Metrics(port=PORT),
        config=config,
        awaited=args.await_workloads,
    )


FILES = (DATASOURCES, PROVIDERS, BOARDS)


def password_container(deployment: Deployment) -> Container:
    return Container(
        name="password",
        image=image(deployment, ImageName.GRAFANA),
        command=("sh", "-c", MAKE_PASSWORD),
        compute=Compute(cpu="10m", cpu_limit="100m", memory="32Mi"),
        mounts=(Mount(volume=ADMIN.volume, path=ADMIN.path, read_only=False),),
    )


def grafana_container(deployment: Deployment) -> Container:
    return Container(
        name=APP,
        image=image(deployment, ImageName.GRAFANA),
        env=SETTINGS,
        compute=Compute(cpu="100m", cpu_limit="1", memory="512Mi"),
        ports={"http": PORT},
        mounts=(ADMIN, *FILES, DATA, SCRATCH),
        startup=Probe(path="/api/health", port="http", period_seconds=5, failure_threshold=60),
        readiness=Probe(path="/api/health", port="http"),
        liveness=Probe(path="/api/health", port="http", period_seconds=20),
    )


def datasource_document() -> str:
    return yaml.safe_dump(
        {
            "apiVersion": 1,
            "datasources": [
                {
                    "name": "Prometheus",
                    "uid": DATASOURCE["uid"],
                    "type": DATASOURCE["type"],
                    "url": PROMETHEUS_URL,
                    "access": "proxy",
                    "isDefault": True,
                    "jsonData": {"timeInterval": "15s"},
                }
            ],
        },
        sort_keys=False,
    )


def provider_document() -> str:
    provider = {
        "name": "byoc",
        "type": "file",
        "allowUiUpdates": False,
        "options": {"path": BOARDS.path},
    }
    return yaml.safe_dump({"apiVersion": 1, "providers": [provider]}, sort_keys=False)
