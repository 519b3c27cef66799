"""Seeds of warehouses and services: right for the API's schema, and never changed back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from control.warehouses.crds import crd_documents
from infra.config import parse
from infra.warehouses import service_spec, warehouse_spec
from tests.components.aws.deployments import example, small
from tests.engine import Registered, Run
from tests.infra.config.documents import GOOD, changed

API = "kubernetes:byoc.clickhouse.dev/v1alpha1"
SCHEMAS = {
    crd["spec"]["names"]["kind"]: crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    for crd in crd_documents()
}


def seeds(seen: Run) -> list[Registered]:
    return [resource for resource in seen.resources if resource.type.startswith(API)]


def faults(value: Any, schema: dict[str, Any], path: str = "") -> Iterator[str]:
    """Where `value` is not what a structural schema asks for."""
    match schema["type"], value:
        case "object", dict():
            properties = schema.get("properties", {})
            yield from (f"{path}.{key}: unknown" for key in set(value) - set(properties))
            yield from (
                f"{path}.{key}: missing" for key in set(schema.get("required", ())) - set(value)
            )
            for key in set(value) & set(properties):
                yield from faults(value[key], properties[key], f"{path}.{key}")
        case "array", list():
            for index, item in enumerate(value):
                yield from faults(item, schema["items"], f"{path}[{index}]")
        case "boolean", bool():
            return
        case "integer", int():
            low, high = schema.get("minimum", value), schema.get("maximum", value)
            if not low <= value <= high or value % schema.get("multipleOf", 1):
                yield f"{path}: {value} is out of bounds"
        case "string", str():
            if value not in schema.get("enum", (value,)):
                yield f"{path}: {value} is no choice"
        case kind, _:
            yield f"{path}: {value!r} is no {kind}"


@pytest.mark.parametrize("deployment", [example, small])
def test_a_seed_is_what_the_api_asks_for(deployment: Callable[[], Run]) -> None:
    assert len(seeds(deployment())) == 3
    for seed in seeds(deployment()):
        schema = SCHEMAS[seed.inputs["kind"]]["properties"]["spec"]
        assert list(faults(seed.inputs["spec"], schema, seed.name)) == []


def test_a_later_change_of_the_spec_is_left_to_the_api() -> None:
    for seed in seeds(example()):
        assert seed.ignore_changes == ("spec",)
        assert seed.inputs["metadata"]["namespace"] == "clickhouse"


def test_services_come_after_their_warehouse_and_are_waited_for() -> None:
    by_name = {seed.inputs["metadata"]["name"]: seed for seed in seeds(example())}
    for name in ("ingest", "dashboards"):
        service = by_name[name]
        assert by_name["analytics"].urn in service.depends_on
        annotations = service.inputs["metadata"]["annotations"]
        assert annotations["pulumi.com/waitFor"] == "condition=Ready"
        assert service.timeouts["create"] == "20m"


def test_the_controller_is_there_as_long_as_a_warehouse_is() -> None:
    controller = next(
        r for r in example().all("kubernetes:apps/v1:Deployment") if "controller" in r.name
    )
    crds = example().all("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition")
    for seed in seeds(example()):
        assert {controller.urn, *(crd.urn for crd in crds)} <= seed.depends_on


def test_every_setting_reaches_its_object() -> None:
    config = parse(
        changed(
            "warehouses",
            [
                {
                    "name": "main",
                    "version": "26.3",
                    "channel": "slow",
                    "maintenanceWindow": {"weekday": "Sun", "startHourUtc": 6},
                    "storageProfile": "zero_copy",
                    "acceptExperimental": True,
                    "dataRetention": "delete",
                    "keeper": {"replicas": 1, "memoryGib": 1},
                    "volumeGib": 20,
                    "services": [
                        {
                            "name": "primary",
                            "role": "primary",
                            "replicas": 2,
                            "memoryGib": 8,
                            "maxMemoryGib": 12,
                            "idle": {"enabled": True, "timeoutMinutes": 30},
                            "allowedCidrs": ["10.0.0.0/8"],
                            "tls": {"secret": "main-tls", "hosts": ["db.example.com"]},
                        }
                    ],
                }
            ],
        )
    )
    (warehouse,) = config.warehouses
    spec = warehouse_spec(warehouse)
    assert spec["version"] == "26.3"
    assert spec["channel"] == "slow"
    assert spec["maintenanceWindow"] == {"weekday": "Sun", "startHourUtc": 6}
    assert list(faults(spec, SCHEMAS["Warehouse"]["properties"]["spec"])) == []
    assert spec["keeper"] == {"replicas": 1, "memoryGib": 1, "volumeGib": 10}
    assert spec["replicaVolume"] == {"sizeGib": 20}
    service = service_spec(warehouse.services[0], warehouse)
    assert service["memory"] == {"minGib": 8, "maxGib": 12}
    assert service["idle"] == {"enabled": True, "timeoutMinutes": 30}
    assert service["allowlist"] == [{"cidr": "10.0.0.0/8"}]
    assert service["tls"] == {"secret": "main-tls", "hosts": ["db.example.com"]}
    assert list(faults(service, SCHEMAS["Service"]["properties"]["spec"])) == []


@pytest.mark.parametrize("tde", [True, False])
def test_an_encrypted_warehouse_is_made_so(tde: bool) -> None:
    document = changed("warehouses.0.tde", tde, changed("encryption.tde", True))
    (warehouse,) = parse(document).warehouses
    spec = warehouse_spec(warehouse)
    assert ("encryption" in spec) is tde
    assert list(faults(spec, SCHEMAS["Warehouse"]["properties"]["spec"])) == []


def test_a_pinned_size_has_equal_bounds() -> None:
    (warehouse,) = parse(GOOD).warehouses
    memory = service_spec(warehouse.services[0], warehouse)["memory"]
    assert memory == {"minGib": 8, "maxGib": 8}
