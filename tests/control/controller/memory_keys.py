"""KMS in memory: wrapped keys that name what they were wrapped by and under which words."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from control.controller.kms_keys import DataKeyError
from control.warehouses.data_keys import DataKey


@dataclass
class MemoryKeys:
    withdrawn: dict[str, str] = field(default_factory=dict)
    """Why a key cannot be used, by its ARN."""
    made: int = 0

    def problem(self, kms_key_arn: str) -> str:
        return self.withdrawn.get(kms_key_arn, "")

    def make(self, number: int, kms_key_arn: str, context: Mapping[str, str]) -> DataKey:
        self.use(kms_key_arn)
        self.made += 1
        return DataKey(
            number=number,
            wrapped=wrapped(f"plain-{self.made}", kms_key_arn, context),
            kms_key_arn=kms_key_arn,
        )

    def rewrap(self, key: DataKey, kms_key_arn: str, context: Mapping[str, str]) -> DataKey:
        self.use(key.kms_key_arn)
        self.use(kms_key_arn)
        plain = unwrapped(key, context)
        return replace(key, wrapped=wrapped(plain, kms_key_arn, context), kms_key_arn=kms_key_arn)

    def use(self, kms_key_arn: str) -> None:
        if kms_key_arn in self.withdrawn:
            raise DataKeyError(self.withdrawn[kms_key_arn])


def wrapped(plain: str, kms_key_arn: str, context: Mapping[str, str]) -> str:
    return base64.b64encode(json.dumps([plain, kms_key_arn, dict(context)]).encode()).decode()


def unwrapped(key: DataKey, context: Mapping[str, str]) -> str:
    plain, kms_key_arn, told = json.loads(base64.b64decode(key.wrapped))
    if (kms_key_arn, told) != (key.kms_key_arn, dict(context)):
        raise DataKeyError("InvalidCiphertextException")
    return str(plain)
