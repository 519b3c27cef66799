from components.kubernetes.tailscale.args import SubnetRouterArgs
from components.kubernetes.tailscale.subnet_router import SubnetRouter

__all__ = ["SubnetRouter", "SubnetRouterArgs"]
