"""The encryption layer: a KMS key for each purpose, or the customer's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pulumi
from pulumi_aws import kms

from components.aws.key_policies import KEYS, KeyPurpose, KeySpec, key_policy
from components.aws.tags import Tags
from permissions.documents import to_json
from permissions.names import Scope


@dataclass(frozen=True, kw_only=True)
class EncryptionArgs:
    scope: Scope
    tags: Tags
    own_keys: Mapping[KeyPurpose, str] = field(default_factory=dict)
    """ARNs of the customer's keys, which are used instead of new ones."""
    tde: bool = False
    """Whether servers encrypt by data keys of their own."""
    rotation: timedelta = timedelta(days=365)
    deletion_window: timedelta = timedelta(days=30)


class Encryption(pulumi.ComponentResource):
    """Keys, by purpose."""

    key_arns: Mapping[KeyPurpose, pulumi.Output[str]]

    def __init__(
        self, name: str, args: EncryptionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:Encryption", name, None, opts)
        self.key_arns = {
            spec.purpose: pulumi.Output.from_input(args.own_keys[spec.purpose])
            if spec.purpose in args.own_keys
            else self._create(f"{name}-{spec.purpose.value}", spec, args)
            for spec in KEYS
            if args.tde or not spec.optional
        }
        self.register_outputs({"key_arns": {k.value: arn for k, arn in self.key_arns.items()}})

    def _create(self, name: str, spec: KeySpec, args: EncryptionArgs) -> pulumi.Output[str]:
        child = pulumi.ResourceOptions(parent=self)
        alias = f"{args.scope.prefix}-{spec.purpose.value}"
        key = kms.Key(
            name,
            description=f"{spec.description}: deployment {args.scope.name}",
            policy=to_json(key_policy(spec, args.scope)),
            enable_key_rotation=True,
            rotation_period_in_days=args.rotation.days,
            deletion_window_in_days=args.deletion_window.days,
            tags=args.tags.named(alias),
            opts=child,
        )
        kms.Alias(name, name=f"alias/{alias}", target_key_id=key.key_id, opts=child)
        arn: pulumi.Output[str] = key.arn
        return arn
