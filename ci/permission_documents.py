"""Every permission document of a deployment as JSON, from the `permissions` package on the path.

Run by `ci/permissions.sh` on two revisions; the names are placeholders, so that only rights differ.
"""

import json
import sys
from importlib.util import find_spec
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
    return found | reading_documents() | pipeline_documents()


def reading_documents() -> dict[str, Any]:
    """Of a revision that has a role for planning."""
    if find_spec("permissions.reading") is None:
        return {}
    from permissions.ci.roles import reading_trust
    from permissions.reading import READING_ROWS, reading_boundary

    return {
        "reading role": document(READING_ROWS, SCOPE),
        "who may take the reading role": reading_trust(OPERATOR, "*-PLANNER", SCOPE, None),
        "boundary of the reading role": reading_boundary(SCOPE),
    }


def pipeline_documents() -> dict[str, Any]:
    """Of a revision that has roles for pipelines."""
    if find_spec("permissions.ci") is None:
        return {}
    from permissions.ci.boundary import ci_boundary
    from permissions.ci.pipelines import CiSystem, Pipelines
    from permissions.ci.roles import CiRole, rows_of, trust_of

    pipelines = Pipelines(
        system=CiSystem.GITHUB,
        repository="ORG/REPO",
        environment="STACK",
        state_bucket="STATE",
        keys=("arn:aws:kms:REGION:111111111111:key/KEY",),
    )
    found: dict[str, Any] = {"boundary of the pipelines' roles": ci_boundary(SCOPE, pipelines)}
    for role in CiRole:
        found[f"role {role}"] = document(rows_of(role, pipelines), SCOPE)
        found[f"who may take {role}"] = trust_of(role, pipelines, SCOPE)
    return found


if __name__ == "__main__":
    json.dump(documents(), sys.stdout, indent=2)
