"""The customer's own keys: whether they are there, turn, and let in whom the deployment needs."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from components.aws.key_policies import KeyPurpose, Need, needs, statement
from infra import scope
from infra.config.stack import StackConfig
from infra.preflight.finding import ClientOf, Result, ok, problem, unknown
from infra.preflight.key_policy import Caller, UnclearPolicyError, listed, refused
from permissions.names import PROVENANCE_TAG, Scope

AREA = "keys"
SESSION = "clickhouse-byoc-preflight"
KEY_NAME = "default"
"""A key has one policy, and it has this name."""
TURNED_BY_OWNER = frozenset({"EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"})
"""Origins of key material that KMS cannot rotate."""
DENIED = frozenset({"AccessDeniedException", "AccessDenied"})


class OwnKey(NamedTuple):
    purpose: KeyPurpose
    arn: str
    region: str

    @property
    def subject(self) -> str:
        return f"{self.purpose.value} key {self.arn.rpartition('/')[2]}"


def own_keys(config: StackConfig) -> Iterator[OwnKey]:
    for purpose, arn in config.encryption.own_keys.items():
        yield OwnKey(KeyPurpose(purpose), arn, config.region)
    if replica := config.storage.backup_replica:
        yield OwnKey(KeyPurpose.REPLICA, replica.key_arn, replica.region)


def check_own_keys(config: StackConfig, client: ClientOf) -> Iterator[Result]:
    for key in own_keys(config):
        yield from check_key(key, config, client)


def check_key(key: OwnKey, config: StackConfig, client: ClientOf) -> Iterator[Result]:
    from botocore.exceptions import ClientError

    try:
        kms = kms_client(config, client, key.region)
        described = kms.describe_key(KeyId=key.arn)["KeyMetadata"]
        wrongs = list(state_problems(key, described))
        if wrongs:
            yield from wrongs
            return
        policy = json.loads(kms.get_key_policy(KeyId=key.arn, PolicyName=KEY_NAME)["Policy"])
        yield from policy_results(key, policy, scope.scope(config))
        yield rotation(key, described["Origin"], kms)
        yield tag(key, kms, config)
    except ClientError as error:
        yield refusal(key, error)


def kms_client(config: StackConfig, client: ClientOf, region: str) -> Any:
    """In the name of whoever applies the deployment."""
    access = config.access
    if access.role_arn is None:
        return client(f"kms@{region}")
    import boto3

    given = {"ExternalId": access.external_id} if access.external_id else {}
    found = client("sts").assume_role(
        RoleArn=access.role_arn, RoleSessionName=SESSION, DurationSeconds=900, **given
    )["Credentials"]
    return boto3.client(
        "kms",
        region_name=region,
        aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"],
        aws_session_token=found["SessionToken"],
    )


def refusal(key: OwnKey, error: Any) -> Result:
    code, operation = error.response["Error"]["Code"], error.operation_name
    if code == "NotFoundException":
        return problem(
            AREA, key.subject, f"there is no {key.arn}", "correct its ARN, or make the key"
        )
    remedy = f"allow kms:{operation} on {key.arn}"
    if code in DENIED:
        remedy += f", and tag it {PROVENANCE_TAG}=true: the access role sees no other key"
    return unknown(AREA, key.subject, f"{operation} was refused: {code}", remedy)


def state_problems(key: OwnKey, described: dict[str, Any]) -> Iterator[Result]:
    if described["KeyState"] != "Enabled":
        yield problem(
            AREA,
            key.subject,
            f"is {described['KeyState']}",
            f"aws kms enable-key --key-id {key.arn}, or name another key",
        )
    usage = described.get("KeyUsage") or "ENCRYPT_DECRYPT"
    if described["KeySpec"] != "SYMMETRIC_DEFAULT" or usage != "ENCRYPT_DECRYPT":
        yield problem(
            AREA,
            key.subject,
            f"is a {described['KeySpec']} key for {usage}",
            "name a symmetric key for encryption: KMS uses no other for this",
        )
    if described["KeyManager"] != "CUSTOMER":
        yield problem(
            AREA,
            key.subject,
            "is managed by AWS: its policy cannot be changed, nor its use taken back",
            "name a key of your own",
        )


def policy_results(key: OwnKey, policy: dict[str, Any], of: Scope) -> Iterator[Result]:
    """One finding for each statement that is missing, with the statement to add."""
    found = False
    for need in needs(key.purpose, of):
        try:
            missing = refused(policy, caller_of(need), need.actions)
        except UnclearPolicyError as unclear:
            found = True
            yield unknown(
                AREA,
                key.subject,
                f"its policy has {unclear}, which is not evaluated here",
                f"see that it allows {need.purpose}",
            )
            continue
        if missing:
            found = True
            yield problem(
                AREA,
                key.subject,
                f"its policy does not allow {need.purpose}: {', '.join(missing)} refused",
                "add to its key policy, or take back what denies it: "
                + json.dumps(statement(need)),
            )
    if not found:
        yield ok(AREA, key.subject, "its policy lets in whom the deployment needs")


def caller_of(need: Need) -> Caller:
    """The request that the statement of ours is for."""
    context = {
        name: listed(values)[0] for keys in need.condition.values() for name, values in keys.items()
    }
    ((kind, name),) = need.principal.items()
    return Caller(kind=kind, names=frozenset({name, *need.also_named}), context=context)


def rotation(key: OwnKey, origin: str, kms: Any) -> Result:
    if origin in TURNED_BY_OWNER:
        return ok(AREA, key.subject, f"its material is {origin}: its owner rotates it")
    found = kms.get_key_rotation_status(KeyId=key.arn)
    if found["KeyRotationEnabled"]:
        days = found.get("RotationPeriodInDays", 365)
        return ok(AREA, key.subject, f"is rotated every {days} days")
    return problem(
        AREA,
        key.subject,
        "is never rotated",
        f"aws kms enable-key-rotation --key-id {key.arn}",
    )


def tag(key: OwnKey, kms: Any, config: StackConfig) -> Result:
    if config.access.role_arn is None:
        return ok(AREA, key.subject, "is used by its owner's rights, which ask for no tag")
    tags = {t["TagKey"]: t["TagValue"] for t in kms.list_resource_tags(KeyId=key.arn)["Tags"]}
    if tags.get(PROVENANCE_TAG) == "true":
        return ok(AREA, key.subject, f"carries the tag {PROVENANCE_TAG}=true")
    return problem(
        AREA,
        key.subject,
        f"lacks the tag {PROVENANCE_TAG}=true: the access role may use no other key",
        f"aws kms tag-resource --key-id {key.arn} --tags TagKey={PROVENANCE_TAG},TagValue=true",
    )
