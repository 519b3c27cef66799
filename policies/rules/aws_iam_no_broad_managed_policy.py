"""No AWS managed policy with nearly all rights is attached."""

from collections.abc import Iterator

from policies.frameworks import LEAST_PRIVILEGE
from policies.rule import Parameters, Props, Rule, Severity


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    name = props["policyArn"].rpartition("/")[2]
    if ":iam::aws:policy/" in props["policyArn"] and name in parameters["policies"]:
        yield f"It hands out {name}."


RULE = Rule(
    name="aws-iam-no-broad-managed-policy",
    severity=Severity.CRITICAL,
    summary="No AWS managed policy with nearly all rights is attached.",
    remedy=(
        "Take the attachment out, and attach an iam.Policy of your own that names the actions and"
        " the resources."
    ),
    resource_types=(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
        "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    ),
    frameworks=(
        *LEAST_PRIVILEGE,
        "CIS AWS 3.0.0 1.16",
    ),
    parameters={
        "policies": [
            "AdministratorAccess",
            "PowerUserAccess",
            "IAMFullAccess",
            "AmazonS3FullAccess",
            "AmazonEC2FullAccess",
            "AWSCloudShellFullAccess",
        ]
    },
    check=check,
)
