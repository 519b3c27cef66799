"""Deleting a Warehouse object keeps its data."""

from policies.frameworks import RECOVERY
from policies.rule import Rule, Severity
from policies.shapes import one_of

RULE = Rule(
    name="byoc-warehouse-data-retained",
    severity=Severity.HIGH,
    summary="Deleting a Warehouse object keeps its data.",
    remedy="Set dataRetention: retain in its spec; delete data on purpose, by byoc.",
    resource_types=("kubernetes:byoc.clickhouse.dev/v1alpha1:Warehouse",),
    frameworks=(*RECOVERY,),
    check=one_of(
        "spec.dataRetention",
        ("retain",),
        "Its data retention is {value}: who deletes the object deletes the tables.",
        default="retain",
    ),
)
