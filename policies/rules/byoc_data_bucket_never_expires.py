"""No lifecycle rule deletes or archives live parts of the data bucket."""

from collections.abc import Iterator

from policies.frameworks import RECOVERY
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at, listed


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    """ClickHouse alone knows which objects its tables still need, and reads each at once."""
    if not props["bucket"].endswith(parameters["dataSuffix"]):
        return
    for rule in listed(at(props, "rules")):
        if rule["status"] != "Enabled":
            continue
        if at(rule, "expiration.days") or at(rule, "expiration.date"):
            yield f"The rule {rule['id']} deletes objects that tables are made of."
        if rule.get("transitions"):
            yield f"The rule {rule['id']} moves objects to where tables cannot read them at once."


RULE = Rule(
    name="byoc-data-bucket-never-expires",
    severity=Severity.CRITICAL,
    summary="No lifecycle rule deletes or archives live parts of the data bucket.",
    remedy="Take expiration and transition out of the rules of the data bucket.",
    resource_types=("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",),
    frameworks=(*RECOVERY,),
    parameters={"dataSuffix": "-data"},
    check=check,
)
