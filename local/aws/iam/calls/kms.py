"""KMS: an alias is asked for beside its key."""

from __future__ import annotations

from collections.abc import Iterator

from local.aws.iam.call_reading import Call
from local.aws.iam.calls.facts import Facts, names, pairs, request_tags, resource_tags
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
    if "Alias" in call.operation:
        name = params["AliasName"]
        yield Ask(action=action, resource=f"arn:aws:kms:{call.region}:{call.account}:{name}")
        targets = [params.get("TargetKeyId"), facts.aliased_key(name)]
    else:
        targets = [params["KeyId"]]
    for target in dict.fromkeys(filter(None, targets)):
        key = facts.key_arn(target) or f"arn:aws:kms:{call.region}:{call.account}:key/{target}"
        context = resource_tags(facts.tags(key)) | given | caller(call)
        yield Ask(action=action, resource=key, context=context)


def caller(call: Call) -> dict[str, str]:
    return {"kms:CallerAccount": call.account}
