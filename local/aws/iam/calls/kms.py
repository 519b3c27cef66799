"""KMS: an alias is asked for beside its key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from local.aws.iam.call_reading import Call
from local.aws.iam.calls.facts import Context, Facts, names, pairs, request_tags, resource_tags
from local.aws.iam.evaluation import Ask

WITHOUT_KEY = names("ListAliases ListKeys GenerateRandom")


def asks(call: Call, facts: Facts) -> Iterator[Ask]:
    action, params = f"kms:{call.operation}", call.params
    given = request_tags(pairs(params.get("Tags")))
    if keys := params.get("TagKeys"):
        given["aws:TagKeys"] = list(keys)
    if call.operation in WITHOUT_KEY:
        yield Ask(action=action, resource="*")
        return
    if call.operation == "CreateKey":
        yield Ask(action=action, resource="*", context=given)
        if given:
            made = f"arn:aws:kms:{call.region}:{call.account}:key/*"
            yield Ask(action="kms:TagResource", resource=made, context=given)
        return
    if call.operation == "ReEncrypt":
        for side in ("Source", "Destination"):
            ending = {"Source": "From", "Destination": "To"}[side]
            told = told_with(params.get(f"{side}EncryptionContext"))
            yield used(call, facts, params[f"{side}KeyId"], f"kms:ReEncrypt{ending}", told)
        return
    if "Alias" in call.operation:
        name = params["AliasName"]
        yield Ask(action=action, resource=f"arn:aws:kms:{call.region}:{call.account}:{name}")
        targets = [params.get("TargetKeyId"), facts.aliased_key(name)]
    else:
        targets = [params["KeyId"]]
    for target in dict.fromkeys(filter(None, targets)):
        told = given | told_with(params.get("EncryptionContext"))
        yield used(call, facts, target, action, told)


def used(call: Call, facts: Facts, target: str, action: str, told: Context) -> Ask:
    key = facts.key_arn(target) or f"arn:aws:kms:{call.region}:{call.account}:key/{target}"
    context = resource_tags(facts.tags(key)) | told | caller(call)
    return Ask(action=action, resource=key, context=context)


def told_with(words: Mapping[str, str] | None) -> Context:
    """An encryption context, as conditions name it."""
    if not words:
        return {}
    named: Context = {f"kms:EncryptionContext:{key}": value for key, value in words.items()}
    return named | {"kms:EncryptionContextKeys": list(words)}


def caller(call: Call) -> dict[str, str]:
    return {"kms:CallerAccount": call.account}
