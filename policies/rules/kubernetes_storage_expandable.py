"""Volumes can grow."""

from policies.frameworks import CAPACITY
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="kubernetes-storage-expandable",
    severity=Severity.MEDIUM,
    summary="Volumes can grow.",
    remedy="Set allowVolumeExpansion: true.",
    resource_types=("kubernetes:storage.k8s.io/v1:StorageClass",),
    frameworks=(*CAPACITY,),
    check=switched_on("allowVolumeExpansion", "A full volume cannot grow.", default=False),
)
