"""Whose pipelines come in: one repository, by the tokens that its CI system signs for each job."""

from dataclasses import dataclass
from enum import StrEnum

from permissions.names import Scope


class CiSystem(StrEnum):
    GITHUB = "github"
    GITLAB = "gitlab"


ISSUERS = {CiSystem.GITHUB: "token.actions.githubusercontent.com", CiSystem.GITLAB: "gitlab.com"}


@dataclass(frozen=True, kw_only=True)
class Pipelines:
    system: CiSystem
    repository: str
    """ORGANIZATION/REPOSITORY, or GROUP/PROJECT."""
    environment: str
    """Its reviewers approve what is applied; GitLab tells the branch alone."""
    state_bucket: str
    branch: str = "main"
    issuer: str = ""
    """Host of a GitLab of one's own, or of a GitHub for companies; the public one when empty."""
    make_provider: bool = True
    """Whether the account does not know this CI system yet."""
    keys: tuple[str, ...] = ()
    """ARNs of the KMS keys of the stacks' secrets and of the state's bucket."""

    @property
    def host(self) -> str:
        return self.issuer or ISSUERS[self.system]

    @property
    def preview_subjects(self) -> tuple[str, ...]:
        """Pull requests of the repository itself, and its branch; forks are other projects at
        GitLab, and get no token at GitHub."""
        if self.system is CiSystem.GITLAB:
            return (f"project_path:{self.repository}:ref_type:branch:ref:*",)
        return (
            f"repo:{self.repository}:pull_request",
            f"repo:{self.repository}:ref:refs/heads/{self.branch}",
        )

    @property
    def apply_subjects(self) -> tuple[str, ...]:
        if self.system is CiSystem.GITLAB:
            return (f"project_path:{self.repository}:ref_type:branch:ref:{self.branch}",)
        return (f"repo:{self.repository}:environment:{self.environment}",)

    def provider_arn(self, scope: Scope) -> str:
        return f"arn:{scope.partition}:iam::{scope.account}:oidc-provider/{self.host}"
