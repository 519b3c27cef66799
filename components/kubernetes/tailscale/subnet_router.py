"""The Tailscale layer: a subnet router that connects outwards and admits nothing inbound."""

import pulumi

from components.kubernetes.tailscale.args import SubnetRouterArgs


class SubnetRouter(pulumi.ComponentResource):
    """Announces networks to the tailnet, whose ACL says who may use them."""

    def __init__(
        self, name: str, args: SubnetRouterArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:kubernetes:SubnetRouter", name, None, opts)
        self.register_outputs({})
