"""What a stack's configuration says about onboarding."""

from datetime import timedelta

from infra import scope
from infra.config.access import RolesMadeBy
from infra.config.stack import StackConfig
from permissions.deployment.roles import RoleFeature
from permissions.onboarding.plan import Wanted


def wanted(config: StackConfig) -> Wanted | None:
    """None where nobody from outside is let in."""
    operator = scope.operator(config)
    if operator is None:
        return None
    by_onboarding = config.access.deployment_roles is RolesMadeBy.ONBOARDING
    return Wanted(
        scope=scope.scope(config),
        operator=operator,
        features=scope.operator_features(config),
        phases=scope.operator_phases(config),
        longest_session=timedelta(hours=config.access.session_hours),
        deployment_roles=frozenset(RoleFeature) if by_onboarding else None,
        pipelines=scope.pipelines(config),
        reading_principal=config.access.reading_principal,
        owner_tags=dict(config.tags),
    )
