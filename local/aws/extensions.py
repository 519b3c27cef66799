"""What is put into moto when the server starts: one line per gap."""

from __future__ import annotations

import re
from collections.abc import Callable

from moto import backend_index
from moto.ec2 import urls as ec2_urls
from moto.eks import urls as eks_urls
from moto.eks.models import eks_backends
from moto.iam import urls as iam_urls
from moto.kms import urls as kms_urls
from moto.logs import urls as logs_urls
from moto.ram import urls as ram_urls
from moto.sts import urls as sts_urls
from werkzeug.wrappers import Request, Response

from local.aws import load_balancers, s3_logging, s3_replication, sqs
from local.aws.bucket_policy import extend_bucket_policies
from local.aws.delete_markers import extend_delete_markers
from local.aws.ec2 import addresses, endpoint_services, group_rules
from local.aws.ec2.responses import LocalEc2Response
from local.aws.eks.backend import LocalEksBackend
from local.aws.eks.pod_credentials import EksAuthResponse
from local.aws.eks.responses import LocalEksResponse
from local.aws.eks.token_review import token_review
from local.aws.iam.oidc_clients import LocalIamResponse
from local.aws.iam.trust import LocalTokenResponse
from local.aws.kms import LocalKmsResponse
from local.aws.logs import LocalLogsResponse
from local.aws.ram import PATHS as RAM_PATHS
from local.aws.ram import LocalRamResponse
from local.aws.settings import EksSettings

EKS_PATHS = (
    "{0}/clusters$",
    "{0}/clusters/(?P<rest>.+)$",
    "{0}/access-policies$",
    "{0}/tags/(?P<resourceArn>.+)$",
)
EKS_AUTH_PATH = "{0}/clusters/(?P<clusterName>[^/]+)/assume-role-for-pod-identity$"


def extend_moto(eks: EksSettings) -> dict[str, Callable[[Request], Response]]:
    """Change moto in place, once per process; return the pages to serve under /local/."""
    extend_eks(eks)
    extend_bucket_policies()
    extend_delete_markers()
    ec2_urls.url_paths["{0}/"] = LocalEc2Response.dispatch
    iam_urls.url_paths["{0}/$"] = LocalIamResponse.dispatch
    kms_urls.url_paths["{0}/$"] = LocalKmsResponse.dispatch
    logs_urls.url_paths["{0}/$"] = LocalLogsResponse.dispatch
    sts_urls.url_paths["{0}/$"] = LocalTokenResponse.dispatch
    ram_urls.url_paths |= {f"{{0}}/{path}$": LocalRamResponse.dispatch for path in RAM_PATHS}
    addresses.install()
    endpoint_services.install()
    load_balancers.install()
    group_rules.install()
    s3_logging.install()
    s3_replication.install()
    sqs.install()
    return {"/local/eks/token-review": token_review}


def extend_eks(eks: EksSettings) -> None:
    LocalEksBackend.settings = eks
    eks_backends.backend = LocalEksBackend
    eks_urls.url_paths = {
        EKS_AUTH_PATH: EksAuthResponse.dispatch,
        **dict.fromkeys(EKS_PATHS, LocalEksResponse.dispatch),
    }
    auth = ("eks", re.compile(r"https?://eks-auth\.(.+)\.amazonaws\.com"))
    if auth not in backend_index.backend_url_patterns:
        backend_index.backend_url_patterns.append(auth)
