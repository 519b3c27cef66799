"""Programs of our own image: one shape for the controller, the exporter and the scraper."""

from collections.abc import Mapping

import pulumi

from components.kubernetes.containers import Compute, Container, Mount, Probe
from components.kubernetes.deployment import Deployment
from components.kubernetes.images import image
from components.kubernetes.names import ImageName
from components.kubernetes.volumes import scratch_volume
from components.kubernetes.workload import Metrics

CONTROL_UID = 10001
METRICS = Metrics(port=9100)
SCRATCH = Mount(volume="tmp", path="/tmp", read_only=False)  # noqa: S108 - a path in the pod
VOLUMES = (scratch_volume(SCRATCH.volume, size_mib=64),)


def control_container(
    deployment: Deployment,
    name: str,
    module: str,
    compute: Compute,
    env: Mapping[str, pulumi.Input[str]] | None = None,
    ports: Mapping[str, int] | None = None,
) -> Container:
    return Container(
        name=name,
        image=image(deployment, ImageName.CONTROL),
        command=("python", "-m", module),
        env=env or {},
        compute=compute,
        ports={"health": 8080, "metrics": METRICS.port} | dict(ports or {}),
        mounts=(SCRATCH,),
        startup=Probe(path="/healthz", port="health", period_seconds=2, failure_threshold=60),
        readiness=Probe(path="/healthz", port="health"),
        liveness=Probe(path="/healthz", port="health", period_seconds=20),
    )
