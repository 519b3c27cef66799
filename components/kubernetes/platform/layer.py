"""The platform layer: what the cluster needs before a warehouse can be created."""

import pulumi

from components.kubernetes.flows import declared_flows
from components.kubernetes.names import Feature, Namespace
from components.kubernetes.network_policies import (
    Clients,
    Surroundings,
    create_default_deny,
    create_flow_policies,
)
from components.kubernetes.platform.activator import create_activator
from components.kubernetes.platform.admission import create_admission
from components.kubernetes.platform.args import IngressArgs, PlatformArgs
from components.kubernetes.platform.certificates import create_certificates
from components.kubernetes.platform.cluster_autoscaler import create_cluster_autoscaler
from components.kubernetes.platform.controller import create_controller
from components.kubernetes.platform.custom_resources import create_custom_resources
from components.kubernetes.platform.foundation import create_foundation
from components.kubernetes.platform.ingress import create_ingress
from components.kubernetes.platform.load_balancers import Exposure
from components.kubernetes.platform.readers import create_readers
from components.kubernetes.workload import Children

OWN_NAMESPACES = (Namespace.SYSTEM, Namespace.INGRESS, Namespace.CLICKHOUSE)


class Platform(pulumi.ComponentResource):
    """Namespaces, storage, our API, the controller, network policies, ingress."""

    foundation: tuple[pulumi.Resource, ...]
    """Namespaces, storage class, priority classes: what other layers' objects stand on."""
    crds: tuple[pulumi.Resource, ...]
    """The definitions of Warehouse and Service: what seed objects must wait for."""
    public_hostname: pulumi.Output[str] | None
    private_hostname: pulumi.Output[str] | None

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:kubernetes:Platform", name, None, opts)
        root = Children(prefix=name, parent=self)
        self.foundation = create_foundation(root, args.deployment, args.storage_class)
        children = Children(prefix=name, parent=self, after=self.foundation)
        create_policies(children, args)
        create_admission(children, args.deployment, args.admission)
        if args.readers is not None:
            create_readers(children, args.deployment, args.readers)
        self.crds = create_custom_resources(root, args.deployment, args.crds)
        informed = Children(prefix=name, parent=self, after=(*self.foundation, *self.crds))
        create_controller(
            informed,
            args.deployment,
            args.buckets,
            args.autoscaling,
            args.releases,
            args.ingress.routes if args.ingress else (),
            features(args),
            args.data_keys,
        )
        create_activator(informed, args.deployment, features(args))
        if args.cluster_autoscaler is not None:
            create_cluster_autoscaler(
                children, args.deployment, args.cluster_autoscaler, awaited=args.await_workloads
            )
        hostnames = (
            create_ingress(children, args.deployment, args.ingress, awaited=args.await_workloads)
            if args.ingress is not None
            else {}
        )
        if args.certificates is not None and args.ingress is not None:
            create_certificates(
                children, args.deployment, args.certificates, args.ingress.tls_secret
            )
        self.public_hostname = hostnames.get(Exposure.PUBLIC)
        self.private_hostname = hostnames.get(Exposure.PRIVATE)
        self.register_outputs({f"{key}_hostname": value for key, value in hostnames.items()})


def create_policies(children: Children, args: PlatformArgs) -> None:
    create_default_deny(children, args.deployment)
    create_flow_policies(
        children,
        args.deployment,
        declared_flows(features(args)),
        Surroundings(addresses=args.deployment.addresses, clients=clients(args.ingress)),
        OWN_NAMESPACES,
    )


def features(args: PlatformArgs) -> frozenset[Feature]:
    here = {
        Feature.INGRESS: args.ingress is not None,
        Feature.CLUSTER_AUTOSCALER: args.cluster_autoscaler is not None,
    }
    own = {feature for feature, present in here.items() if present}
    return args.deployment.features - here.keys() | own


def clients(ingress: IngressArgs | None) -> Clients:
    if ingress is None:
        return Clients()
    return Clients(
        public=ingress.public.source_ranges if ingress.public else (),
        private=ingress.private.source_ranges if ingress.private else (),
    )
