"""The platform layer: what the cluster needs before a warehouse can be created."""

import pulumi

from components.kubernetes.platform.args import PlatformArgs


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
        self.foundation = ()
        self.crds = ()
        self.public_hostname = None
        self.private_hostname = None
        self.register_outputs({})
