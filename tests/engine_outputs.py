"""What a cloud would answer: ids, ARNs and the few other outputs that programs go on with."""

import hashlib
from collections.abc import Callable
from typing import Any

ACCOUNT = "111111111111"
REGION = "us-east-1"

Props = dict[str, Any]

EC2_ID_PREFIXES = {
    "aws:ec2/vpc:Vpc": "vpc",
    "aws:ec2/subnet:Subnet": "subnet",
    "aws:ec2/internetGateway:InternetGateway": "igw",
    "aws:ec2/natGateway:NatGateway": "nat",
    "aws:ec2/eip:Eip": "eipalloc",
    "aws:ec2/routeTable:RouteTable": "rtb",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "vpce",
    "aws:ec2/securityGroup:SecurityGroup": "sg",
    "aws:ec2/launchTemplate:LaunchTemplate": "lt",
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": "pcx",
    "aws:ec2/flowLog:FlowLog": "fl",
    "aws:ec2/vpcEndpointService:VpcEndpointService": "vpce-svc",
}


def computed_outputs(type_: str, name: str, inputs: Props) -> Props:
    """Outputs of a resource that exists; always with an `id`."""
    if type_.startswith("kubernetes:"):
        return _kubernetes(name, inputs)
    if type_.startswith("aws:"):
        generic = {"id": name, "arn": _arn(type_, name), "tagsAll": inputs.get("tags", {})}
        if prefix := EC2_ID_PREFIXES.get(type_):
            generic["id"] = f"{prefix}-{_digest(name, length=17)}"
        return generic | OUTPUTS.get(type_, _nothing)(name, inputs)
    return {"id": f"{name}-id"}


def _kubernetes(name: str, inputs: Props) -> Props:
    metadata = dict(inputs.get("metadata") or {})
    metadata.setdefault("name", f"{name}-{_digest(name, length=8)}")
    namespace = metadata.get("namespace")
    identity = f"{namespace}/{metadata['name']}" if namespace else metadata["name"]
    return {"id": identity, "metadata": metadata}


def _arn(type_: str, name: str) -> str:
    service, _, kind = type_.removeprefix("aws:").partition("/")
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{kind.partition(':')[0]}/{name}"


def _digest(text: str, *, length: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def _nothing(name: str, inputs: Props) -> Props:
    return {}


def _role(name: str, inputs: Props) -> Props:
    role = inputs.get("name", name)
    path = inputs.get("path", "/")
    return {"id": role, "name": role, "arn": f"arn:aws:iam::{ACCOUNT}:role{path}{role}"}


def _policy(name: str, inputs: Props) -> Props:
    policy = inputs.get("name", name)
    arn = f"arn:aws:iam::{ACCOUNT}:policy{inputs.get('path', '/')}{policy}"
    return {"id": arn, "name": policy, "arn": arn}


def _bucket(name: str, inputs: Props) -> Props:
    bucket = inputs.get("bucket", name)
    return {"id": bucket, "bucket": bucket, "arn": f"arn:aws:s3:::{bucket}"}


def _key(name: str, inputs: Props) -> Props:
    key = _digest(name, length=32)
    return {"id": key, "keyId": key, "arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key}"}


def _cluster(name: str, inputs: Props) -> Props:
    cluster = inputs.get("name", name)
    return {
        "id": cluster,
        "name": cluster,
        "arn": f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/{cluster}",
        "endpoint": f"https://{_digest(cluster, length=32)}.gr7.{REGION}.eks.amazonaws.com",
        "certificateAuthority": {"data": "Y2VydGlmaWNhdGU="},
        "certificateAuthorities": [{"data": "Y2VydGlmaWNhdGU="}],
        "identities": [{"oidcs": [{"issuer": f"https://oidc.eks.{REGION}.amazonaws.com/id/A"}]}],
        "vpcConfig": dict(inputs.get("vpcConfig", {})) | {"clusterSecurityGroupId": "sg-cluster"},
        "platformVersion": "eks.1",
        "status": "ACTIVE",
    }


def _log_group(name: str, inputs: Props) -> Props:
    group = inputs.get("name", name)
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}"
    return {"id": group, "name": group, "arn": arn}


def _launch_template(name: str, inputs: Props) -> Props:
    return {"latestVersion": 1, "name": inputs.get("name", name)}


def _endpoint_service(name: str, inputs: Props) -> Props:
    number = _digest(name, length=17)
    record = {"name": f"_{number[:8]}", "type": "TXT", "value": f"vpce:{number}"}
    return {
        "serviceName": f"com.amazonaws.vpce.{REGION}.vpce-svc-{number}",
        "privateDnsNameConfigurations": [{**record, "state": "pendingVerification"}],
    }


OUTPUTS: dict[str, Callable[[str, Props], Props]] = {
    "aws:iam/role:Role": _role,
    "aws:iam/policy:Policy": _policy,
    "aws:s3/bucket:Bucket": _bucket,
    "aws:kms/key:Key": _key,
    "aws:eks/cluster:Cluster": _cluster,
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "aws:ec2/launchTemplate:LaunchTemplate": _launch_template,
    "aws:ec2/vpcEndpointService:VpcEndpointService": _endpoint_service,
}
