"""KMS refuses to use a key that is disabled, or about to be deleted."""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms.responses import KmsResponse


class LocalKmsResponse(KmsResponse):
    def decrypt(self) -> Any:
        return self.used("decrypt", "KeyId")

    def encrypt(self) -> Any:
        return self.used("encrypt", "KeyId")

    def generate_data_key(self) -> Any:
        return self.used("generate_data_key", "KeyId")

    def re_encrypt(self) -> Any:
        return self.used("re_encrypt", "SourceKeyId", "DestinationKeyId")

    def used(self, operation: str, *named: str) -> Any:
        """A call without a key is decided by moto, from what the ciphertext says."""
        for name in named:
            if key := self._get_param(name):
                self.refuse_unusable(key)
        return getattr(super(), operation)()

    def refuse_unusable(self, key: str) -> None:
        backend = self.kms_backend
        found = backend.keys.get(backend.any_id_to_key_id(key))
        if found is None or found.key_state == "Enabled":
            return
        if found.key_state == "Disabled":
            raise JsonRESTError("DisabledException", f"{found.arn} is disabled.")
        raise JsonRESTError("KMSInvalidStateException", f"{found.arn} is {found.key_state}.")
