"""The Tailscale layer: a subnet router that connects outwards and admits nothing inbound."""

import pulumi
import pulumi_kubernetes as k8s

from components.kubernetes.containers import Compute, Container, Mount, Probe, SecretKey
from components.kubernetes.flows import declared_flows
from components.kubernetes.images import image
from components.kubernetes.labels import metadata
from components.kubernetes.names import Feature, ImageName, Namespace, Priority, ServiceAccount
from components.kubernetes.network_policies import Surroundings, create_flow_policies
from components.kubernetes.rights import Right, grant
from components.kubernetes.tailscale.args import SubnetRouterArgs
from components.kubernetes.tailscale.auth_key import joining_key
from components.kubernetes.volumes import scratch_volume
from components.kubernetes.workload import Children, Workload
from components.kubernetes.workloads import create_deployment, create_service_account

APP = "tailscale"
ROUTER_UID = 1000
LOCAL_PORT = 9002
KEY_SECRET = "tailscale-auth"  # noqa: S105 - the name of a Secret, not its content
KEY = "authkey"
STATE_SECRET = "tailscale-state"  # noqa: S105 - the name of a Secret, not its content
SCRATCH = Mount(volume="tmp", path="/tmp", read_only=False)  # noqa: S108 - a path in the pod

# Creating Secrets cannot be limited to a name, so the stack makes the empty one.
STATE_RIGHT = Right(
    feature="identity",
    group="",
    resource="secrets",
    reasons={
        "get": "stays the same node of the tailnet after a restart",
        "patch": "keeps the node's key and state",
        "update": "keeps the node's key and state",
    },
    namespaces=(Namespace.TAILSCALE,),
    names=(STATE_SECRET,),
)


class SubnetRouter(pulumi.ComponentResource):
    """Announces networks to the tailnet, whose ACL says who may use them."""

    def __init__(
        self, name: str, args: SubnetRouterArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:kubernetes:SubnetRouter", name, None, opts)
        children = Children(prefix=name, parent=self, after=args.after)
        create_flow_policies(
            children,
            args.deployment,
            declared_flows(args.deployment.features | {Feature.TAILSCALE}),
            Surroundings(addresses=args.deployment.addresses),
            (Namespace.TAILSCALE,),
        )
        create_router(children, args)
        self.register_outputs({})


def create_router(children: Children, args: SubnetRouterArgs) -> None:
    described = metadata(args.deployment, STATE_SECRET, APP, namespace=Namespace.TAILSCALE)
    state = k8s.core.v1.Secret(
        f"{children.prefix}-{STATE_SECRET}",
        metadata=described,
        # The router's own from its first start on.
        opts=children.options(ignore_changes=["data", "stringData"]),
    )
    key = create_key(children, args)
    workload = router_workload(args)
    account = create_service_account(children, workload)
    bindings = grant(children, workload, (STATE_RIGHT,))
    # Two pods with one identity would push each other out of the tailnet.
    create_deployment(children, workload, account, state, *key, *bindings, recreate=True)


def create_key(children: Children, args: SubnetRouterArgs) -> tuple[pulumi.Resource, ...]:
    if args.auth_key is None:
        return ()
    return (
        k8s.core.v1.Secret(
            f"{children.prefix}-{KEY_SECRET}",
            metadata=metadata(args.deployment, KEY_SECRET, APP, namespace=Namespace.TAILSCALE),
            string_data={KEY: pulumi.Output.secret(args.auth_key).apply(joining_key)},
            opts=children.options(),
        ),
    )


def router_workload(args: SubnetRouterArgs) -> Workload:
    return Workload(
        deployment=args.deployment,
        namespace=Namespace.TAILSCALE,
        name=APP,
        component="router",
        service_account=ServiceAccount.TAILSCALE,
        uid=ROUTER_UID,
        priority=Priority.CONTROL,
        containers=(router_container(args),),
        volumes=(scratch_volume(SCRATCH.volume, size_mib=64),),
        calls_api=True,
        awaited=args.await_workloads,
    )


def router_container(args: SubnetRouterArgs) -> Container:
    return Container(
        name=APP,
        image=image(args.deployment, ImageName.TAILSCALE),
        env={
            # Packets pass through the program itself: no device, no capability, no root.
            "TS_USERSPACE": "true",
            "TS_HOSTNAME": args.hostname or f"{args.deployment.name}-router",
            "TS_ROUTES": ",".join(args.routes),
            "TS_ACCEPT_DNS": "false",
            "TS_AUTH_ONCE": "true",
            "TS_KUBE_SECRET": STATE_SECRET,
            "TS_EXTRA_ARGS": f"--advertise-tags={','.join(args.tags)}",
            "TS_SOCKET": f"{SCRATCH.path}/tailscaled.sock",
            "TS_LOCAL_ADDR_PORT": f"$(POD_IP):{LOCAL_PORT}",
            "TS_ENABLE_HEALTH_CHECK": "true",
            "TS_NO_LOGS_NO_SUPPORT": "true",
        },
        secret_env={"TS_AUTHKEY": SecretKey(secret=args.existing_secret or KEY_SECRET, key=KEY)},
        compute=Compute(cpu="50m", cpu_limit="1", memory="192Mi"),
        ports={"local": LOCAL_PORT},
        mounts=(SCRATCH,),
        readiness=Probe(path="/healthz", port="local"),
    )
