"""Every permission document of a deployment as JSON, from the `permissions` package on the path.

Run by `ci/permissions.sh` on two revisions; the names are placeholders, so that only rights differ.
"""

import json
import sys
from typing import Any

from permissions.boundary import boundary_document
from permissions.deployment.roles import DEPLOYMENT_ROLES, trust_policy
from permissions.documents import document
from permissions.names import Scope
from permissions.operator import OPERATOR_ROWS
from permissions.trust import Operator, operator_trust

SCOPE = Scope(name="NAME", region="REGION", account="111111111111", operator_account="222222222222")
OPERATOR = Operator(account="222222222222", principal="*-CrossplaneWorkloadRole", external_id="ID")


def documents() -> dict[str, Any]:
    found: dict[str, Any] = {
        "access role": document(OPERATOR_ROWS, SCOPE),
        "who may take the access role": operator_trust(OPERATOR, SCOPE.partition),
        "boundary of every role": boundary_document(SCOPE),
    }
    for role in DEPLOYMENT_ROLES:
        if role.rows:
            found[f"role {role.suffix}"] = document(role.rows, SCOPE)
        found[f"who may take {role.suffix}"] = trust_policy(role, SCOPE, OPERATOR)
    return found


if __name__ == "__main__":
    json.dump(documents(), sys.stdout, indent=2)
