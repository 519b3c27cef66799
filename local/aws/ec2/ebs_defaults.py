"""The key that a region encrypts EBS volumes with unless told otherwise."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response

ATTRIBUTE = "ebs_default_kms_key_id"


class EbsDefaultKey(EC2Response):
    def get_ebs_default_kms_key_id(self) -> ActionResult:
        alias = f"arn:aws:kms:{self.region}:{self.current_account}:alias/aws/ebs"
        return ActionResult({"KmsKeyId": getattr(self.ec2_backend, ATTRIBUTE, alias)})

    def modify_ebs_default_kms_key_id(self) -> ActionResult:
        setattr(self.ec2_backend, ATTRIBUTE, self._get_param("KmsKeyId"))
        return self.get_ebs_default_kms_key_id()

    def reset_ebs_default_kms_key_id(self) -> ActionResult:
        self.ec2_backend.__dict__.pop(ATTRIBUTE, None)
        return self.get_ebs_default_kms_key_id()
