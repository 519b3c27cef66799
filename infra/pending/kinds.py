"""Every kind that is looked for, by its type."""

from infra.pending.ec2_kinds import EC2_KINDS
from infra.pending.other_kinds import OTHER_KINDS

KINDS = {kind.type: kind for kind in (*EC2_KINDS, *OTHER_KINDS)}
