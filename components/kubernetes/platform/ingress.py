"""The ingress: ends TLS and hands each client to the service it names."""

from datetime import timedelta

import pulumi
import pulumi_kubernetes as k8s

from components.kubernetes.containers import Compute, Container, Mount, Probe
from components.kubernetes.deployment import Deployment
from components.kubernetes.images import image
from components.kubernetes.labels import metadata
from components.kubernetes.names import (
    ALLOWLISTS_CONFIG_MAP,
    ImageName,
    Namespace,
    Priority,
    ServiceAccount,
)
from components.kubernetes.platform.args import IngressArgs
from components.kubernetes.platform.load_balancers import (
    ENTRY_PORTS,
    Exposure,
    create_load_balancer,
)
from components.kubernetes.platform.routes import routes_document
from components.kubernetes.volumes import scratch_volume
from components.kubernetes.workload import Children, Metrics, Workload
from components.kubernetes.workloads import create_deployment, create_service_account

APP = "ingress"
ROUTES = "ingress-routes"
HEALTH_PORT = 8080
METRICS_PORT = 9102

ARGS = (
    "--global.checknewversion=false",
    "--global.sendanonymoususage=false",
    *(f"--entrypoints.{port.name}.address=$(POD_IP):{port.number}" for port in ENTRY_PORTS),
    f"--entrypoints.health.address=$(POD_IP):{HEALTH_PORT}",
    f"--entrypoints.metrics.address=$(POD_IP):{METRICS_PORT}",
    # An insert or a query may take longer than the minute that is the default.
    "--entrypoints.https.transport.respondingtimeouts.readtimeout=0",
    "--entrypoints.https.transport.lifecycle.gracetimeout=60s",
    "--ping.entrypoint=health",
    "--metrics.prometheus.entrypoint=metrics",
    "--providers.file.directory=/etc/traefik/dynamic",
    "--providers.file.watch=true",
    "--log.format=json",
)


def create_ingress(
    children: Children, deployment: Deployment, args: IngressArgs, *, awaited: bool
) -> dict[Exposure, pulumi.Output[str]]:
    """Make the proxy and its load balancers; return the host names these got."""
    routes = k8s.core.v1.ConfigMap(
        f"{children.prefix}-{ROUTES}",
        metadata=metadata(deployment, ROUTES, APP, namespace=Namespace.INGRESS),
        data={"routes.yaml": routes_document(args.routes)},
        opts=children.options(),
    )
    # What it says is the controller's.
    allowlists = k8s.core.v1.ConfigMap(
        f"{children.prefix}-{ALLOWLISTS_CONFIG_MAP}",
        metadata=metadata(deployment, ALLOWLISTS_CONFIG_MAP, APP, namespace=Namespace.INGRESS),
        opts=children.options(ignore_changes=["data"]),
    )
    workload = ingress_workload(deployment, args, awaited=awaited)
    account = create_service_account(children, workload)
    create_deployment(children, workload, account, routes, allowlists)
    balancers = {Exposure.PUBLIC: args.public, Exposure.PRIVATE: args.private}
    return {
        exposure: create_load_balancer(
            children,
            deployment,
            balancer,
            exposure=exposure,
            controller=args.controller,
            app=APP,
            awaited=awaited,
        )
        for exposure, balancer in balancers.items()
        if balancer is not None
    }


def ingress_workload(deployment: Deployment, args: IngressArgs, *, awaited: bool) -> Workload:
    container = Container(
        name="traefik",
        image=image(deployment, ImageName.TRAEFIK),
        args=ARGS,
        compute=Compute(cpu="250m", cpu_limit="2", memory="256Mi"),
        ports={port.name: port.number for port in ENTRY_PORTS}
        | {"health": HEALTH_PORT, "metrics": METRICS_PORT},
        mounts=(
            Mount(volume="dynamic", path="/etc/traefik/dynamic"),
            Mount(volume="tmp", path="/tmp", read_only=False),  # noqa: S108
        ),
        readiness=Probe(path="/ping", port="health", period_seconds=5),
        liveness=Probe(path="/ping", port="health", period_seconds=20),
    )
    return Workload(
        deployment=deployment,
        namespace=Namespace.INGRESS,
        name=APP,
        component=APP,
        service_account=ServiceAccount.INGRESS,
        uid=65532,
        priority=Priority.CONTROL,
        containers=(container,),
        volumes=(dynamic_volume(args.tls_secret), scratch_volume("tmp", size_mib=64)),
        replicas=args.replicas,
        metrics=Metrics(port=METRICS_PORT),
        grace=timedelta(seconds=90),
        awaited=awaited,
    )


def dynamic_volume(tls_secret: str) -> dict[str, object]:
    """Routes, allow-lists and certificate in one watched folder: changes are noticed.

    The certificate may come later than the pods; until then Traefik shows one of its own.
    """
    return {
        "name": "dynamic",
        "projected": {
            "sources": [
                {"config_map": {"name": ROUTES}},
                {"config_map": {"name": ALLOWLISTS_CONFIG_MAP}},
                {"secret": {"name": tls_secret, "optional": True}},
            ]
        },
    }
