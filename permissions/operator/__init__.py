"""What the operator may do in the customer's account: the rows of the access role."""

from permissions.operator.account import ACCOUNT
from permissions.operator.cluster import CLUSTER
from permissions.operator.encryption import ENCRYPTION
from permissions.operator.hub import HUB
from permissions.operator.logs import LOGS
from permissions.operator.network import NETWORK
from permissions.operator.peering import PEERING
from permissions.operator.private_link import PRIVATE_LINK
from permissions.operator.roles import ROLES
from permissions.operator.storage import STORAGE

OPERATOR_ROWS = (
    *ACCOUNT,
    *NETWORK,
    *PEERING,
    *HUB,
    *PRIVATE_LINK,
    *ROLES,
    *ENCRYPTION,
    *STORAGE,
    *LOGS,
    *CLUSTER,
)

__all__ = ["OPERATOR_ROWS"]
