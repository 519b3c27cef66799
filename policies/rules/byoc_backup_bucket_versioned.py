"""The backup bucket keeps earlier versions: a backup is not overwritten."""

from collections.abc import Iterator

from policies.frameworks import RECOVERY
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    if not props["bucket"].endswith(tuple(parameters["suffixes"])):
        return
    status = at(props, "versioningConfiguration.status")
    if status != "Enabled":
        yield f"Versioning is {status}: a deleted or overwritten object is gone."


RULE = Rule(
    name="byoc-backup-bucket-versioned",
    severity=Severity.HIGH,
    summary="The backup bucket keeps earlier versions: a backup is not overwritten.",
    remedy='Set versioning_configuration={"status": "Enabled"} on it.',
    resource_types=("aws:s3/bucketVersioning:BucketVersioning",),
    frameworks=(*RECOVERY,),
    parameters={"suffixes": ["-backup", "-data"]},
    check=check,
)
