"""Log groups: their key can be changed, and they can be protected from deletion."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.logs.responses import LogsResponse

from local.aws.refusal import AwsRefusalError

PROTECTED = "deletion_protection_enabled"


class LocalLogsResponse(LogsResponse):
    def group(self, name: str | None) -> Any:
        name = (name or "").split(":log-group:")[-1].removesuffix(":*")
        group = self.logs_backend.groups.get(name)
        if group is None:
            raise AwsRefusalError(
                "ResourceNotFoundException", "The specified log group does not exist."
            )
        return group

    def named_group(self) -> Any:
        return self.group(self._get_param("logGroupName") or self._get_param("resourceIdentifier"))

    def associate_kms_key(self) -> ActionResult:
        self.named_group().kms_key_id = self._get_param("kmsKeyId")
        return EmptyResult()

    def disassociate_kms_key(self) -> ActionResult:
        self.named_group().kms_key_id = None
        return EmptyResult()

    def put_log_group_deletion_protection(self) -> ActionResult:
        group = self.group(self._get_param("logGroupIdentifier"))
        setattr(group, PROTECTED, bool(self._get_param("deletionProtectionEnabled")))
        return EmptyResult()

    def delete_log_group(self) -> Any:
        if getattr(self.group(self._get_param("logGroupName")), PROTECTED, False):
            raise AwsRefusalError(
                "ValidationException", "The log group is protected from deletion."
            )
        return super().delete_log_group()
