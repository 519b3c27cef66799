"""Rights on the key that wraps data keys of warehouses: to have them made, never to open one.

Who opens them stands in the policy of that key: servers, through the role for it.
"""

from permissions.conditions import equals
from permissions.rows import grants

DEPLOYMENT_CONTEXT = "byoc:deployment"
"""What KMS is told with each data key; it opens under the same words only."""
KEYS = "arn:{partition}:kms:{region}:{account}:key/*"

DATA_KEYS = (
    *grants(  # what comes back is wrapped, and what is wrapped anew stays so
        "kms: GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo",
        KEYS,
        component="controller",
        conditions=(equals(f"kms:EncryptionContext:{DEPLOYMENT_CONTEXT}", "{name}"),),
    ),
    *grants("kms: DescribeKey", KEYS, component="controller"),  # tells that it was withdrawn
)
