"""Volumes are made in the zone of their pod."""

from policies.frameworks import AVAILABILITY
from policies.rule import Rule, Severity
from policies.shapes import one_of

RULE = Rule(
    name="kubernetes-storage-in-zone-of-pod",
    severity=Severity.HIGH,
    summary="Volumes are made in the zone of their pod.",
    remedy="Set volumeBindingMode: WaitForFirstConsumer.",
    resource_types=("kubernetes:storage.k8s.io/v1:StorageClass",),
    frameworks=(*AVAILABILITY,),
    check=one_of(
        "volumeBindingMode",
        ("WaitForFirstConsumer",),
        "A volume is made before its pod is placed, maybe in another zone.",
        default="Immediate",
    ),
)
