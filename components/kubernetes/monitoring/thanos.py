"""The Thanos sidecar: keeps samples in the monitoring bucket, beyond the life of the volume.

A plain container, not a native sidecar: where it cannot run, Prometheus runs without it.
"""

from urllib.parse import urlsplit

import yaml

from components.kubernetes.containers import Compute, Container, Mount, Probe
from components.kubernetes.deployment import Deployment
from components.kubernetes.images import image
from components.kubernetes.names import ImageName

CONFIG_FILE = "objstore.yaml"
HTTP_PORT = 10902
GRPC_PORT = 10901


def object_storage_document(bucket: str, region: str, endpoint_url: str) -> str:
    """No keys: the pod identity of the service account is found by the AWS SDK."""
    endpoint = urlsplit(endpoint_url)
    return yaml.safe_dump(
        {
            "type": "S3",
            "config": {
                "bucket": bucket,
                "region": region,
                "endpoint": endpoint.netloc,
                "insecure": endpoint.scheme == "http",
                "aws_sdk_auth": True,
            },
        },
        sort_keys=False,
    )


def thanos_container(deployment: Deployment, *, config: Mount, data: Mount) -> Container:
    return Container(
        name="thanos",
        image=image(deployment, ImageName.THANOS),
        args=(
            "sidecar",
            "--log.format=json",
            "--prometheus.url=http://$(POD_IP):9090",
            f"--tsdb.path={data.path}",
            f"--objstore.config-file={config.path}/{CONFIG_FILE}",
            f"--http-address=$(POD_IP):{HTTP_PORT}",
            f"--grpc-address=$(POD_IP):{GRPC_PORT}",
        ),
        compute=Compute(cpu="50m", cpu_limit="500m", memory="256Mi"),
        ports={"thanos-http": HTTP_PORT, "thanos-grpc": GRPC_PORT},
        mounts=(config, data),
        liveness=Probe(path="/-/healthy", port="thanos-http", period_seconds=30),
        readiness=Probe(path="/-/ready", port="thanos-http"),
    )
