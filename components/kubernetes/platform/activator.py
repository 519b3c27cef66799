"""The activator: holds the clients of sleeping services, and wakes these."""

from datetime import timedelta
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from components.kubernetes.containers import Compute
from components.kubernetes.control_program import CONTROL_UID, METRICS, VOLUMES, control_container
from components.kubernetes.deployment import Deployment
from components.kubernetes.flows import CLIENT_PORTS, SLEEPERS
from components.kubernetes.labels import metadata
from components.kubernetes.names import API_GROUP, Feature, Namespace, Priority, ServiceAccount
from components.kubernetes.rights import Right, grant, rights_with
from components.kubernetes.workload import Children, Workload
from components.kubernetes.workloads import create_deployment, create_service_account

APP = "activator"
WAKE_ANNOTATION = f"{API_GROUP}/wake"
REPLICAS = 2

ACTIVATOR_RIGHTS = (
    Right(
        feature="wake on connect",
        group=API_GROUP,
        resource="services",
        reasons={
            "list": "knows every service that a client may ask for",
            "watch": "hears at once that a replica serves",
            "patch": "writes the request to wake; a policy keeps it to that one annotation",
        },
        namespaces=(Namespace.CLICKHOUSE,),
    ),
    Right(
        feature="allow-list",
        group="discovery.k8s.io",
        resource="endpointslices",
        reasons={
            "list": "knows the ingress, which has held its clients to the allow-list already",
            "watch": "hears at once of an ingress pod that comes or goes",
        },
        namespaces=(Namespace.INGRESS,),
    ),
)


def create_activator(
    children: Children, deployment: Deployment, features: frozenset[Feature]
) -> None:
    workload = activator_workload(deployment, features)
    account = create_service_account(children, workload)
    bindings = grant(children, workload, rights_with(features, ACTIVATOR_RIGHTS))
    guard = create_guard(children, workload)
    create_deployment(children, workload, account, *bindings, *guard)


def activator_workload(deployment: Deployment, features: frozenset[Feature]) -> Workload:
    """In the namespace of the services: a Kubernetes Service selects pods of its own only."""
    container = control_container(
        deployment,
        APP,
        "control.controller.activator",
        Compute(cpu="100m", cpu_limit="2", memory="256Mi"),
        env={"INGRESS_NAMESPACE": Namespace.INGRESS} if Feature.INGRESS in features else {},
        ports={
            "https": CLIENT_PORTS[0].number,
            "native-tls": CLIENT_PORTS[1].number,
            "services": SLEEPERS[0].number,
        },
    )
    return Workload(
        deployment=deployment,
        namespace=Namespace.CLICKHOUSE,
        name=APP,
        component=APP,
        service_account=ServiceAccount.ACTIVATOR,
        uid=CONTROL_UID,
        priority=Priority.CONTROL,
        containers=(container,),
        volumes=VOLUMES,
        replicas=REPLICAS,
        calls_api=True,
        metrics=METRICS,
        grace=timedelta(seconds=60),
    )


def create_guard(children: Children, workload: Workload) -> tuple[pulumi.Resource, ...]:
    """Roles know objects, not fields: the API server itself holds the activator to one of them."""
    name = f"byoc-{APP}"
    policy = k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
        f"{children.prefix}-{APP}-guard",
        metadata=metadata(workload.deployment, name, APP),
        spec=guard_spec(workload),
        opts=children.options(),
    )
    binding = k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
        f"{children.prefix}-{APP}-guard",
        metadata=metadata(workload.deployment, name, APP),
        spec={"policy_name": name, "validation_actions": ["Deny"]},
        opts=children.options(policy),
    )
    return policy, binding


def guard_spec(workload: Workload) -> dict[str, Any]:
    user = f"system:serviceaccount:{workload.namespace}:{workload.service_account}"
    return {
        "failure_policy": "Fail",
        "match_constraints": {
            "resource_rules": [
                {
                    "api_groups": [API_GROUP],
                    "api_versions": ["*"],
                    "operations": ["UPDATE"],
                    "resources": ["services"],
                }
            ]
        },
        "match_conditions": [
            {"name": "by-the-activator", "expression": f"request.userInfo.username == '{user}'"}
        ],
        "validations": [
            {
                "expression": f"{same('spec')} && {UNCHANGED_METADATA}",
                "message": f"the activator may change the annotation {WAKE_ANNOTATION} only",
            }
        ],
    }


def same(path: str) -> str:
    return f"object.{path} == oldObject.{path}"


def kept(newer: str, older: str) -> str:
    """Every annotation of `newer` but the one is in `older` with the same value."""
    ours, theirs = (f"{each}.metadata.?annotations.orValue({{}})" for each in (newer, older))
    return f"{ours}.all(k, k == '{WAKE_ANNOTATION}' || {theirs}[?k].orValue('') == {ours}[k])"


UNCHANGED_METADATA = " && ".join(
    [
        kept("object", "oldObject"),
        kept("oldObject", "object"),
        *(
            f"object.metadata.?{name}.orValue({empty})"
            f" == oldObject.metadata.?{name}.orValue({empty})"
            for name, empty in (("labels", "{}"), ("finalizers", "[]"), ("ownerReferences", "[]"))
        ),
    ]
)
