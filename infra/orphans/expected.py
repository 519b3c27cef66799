"""What stays rightly when a deployment goes: what an onboarding stack made, and the owner's own."""

from infra.access.wanted import wanted
from infra.config.stack import StackConfig
from infra.orphans.item import Item
from infra.orphans.scan import Expected, nothing
from permissions.onboarding.plan import access_plan


def of_onboarding(config: StackConfig) -> Expected:
    """Roles and policies that the account's owner made for the operator; nothing where this stack
    makes them itself."""
    if config.is_onboarding or config.access.role_arn is None:
        return nothing
    choices = wanted(config)
    if choices is None:
        return nothing
    plan = access_plan(choices)
    stays = {
        "roles": {role.name for role in plan.roles},
        "policies": {policy.name for policy in plan.policies},
    }

    def expected(kind: str, item: Item) -> bool:
        return not stays.get(kind, set()).isdisjoint(item.names)

    return expected
