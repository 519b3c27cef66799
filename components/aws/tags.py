"""Tags of every resource: that it is ours, whose deployment it is, and the owner's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from permissions.names import DEPLOYMENT_TAG, PROVENANCE_TAG


@dataclass(frozen=True, kw_only=True)
class Tags:
    deployment: str
    owner: Mapping[str, str] = field(default_factory=dict)

    def common(self) -> dict[str, str]:
        """Permissions depend on the first one: without it the operator is denied."""
        return {**self.owner, PROVENANCE_TAG: "true", DEPLOYMENT_TAG: self.deployment}

    def named(self, name: str, more: Mapping[str, str] | None = None) -> dict[str, str]:
        return {**self.common(), **(more or {}), "Name": name}
