"""Pieces that the schemas of Warehouse and Service share."""

from collections.abc import Sequence
from typing import Any

from control.warehouses.names import GROUP, VERSION

Schema = dict[str, Any]


def text(description: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, **more}


def whole(description: str, **more: Any) -> Schema:
    return {"type": "integer", "description": description, **more}


def switch(description: str, **more: Any) -> Schema:
    return {"type": "boolean", "description": description, **more}


def choice(description: str, values: Sequence[str], **more: Any) -> Schema:
    return text(description, enum=list(values), **more)


def moment(description: str) -> Schema:
    return text(description, format="date-time")


def record(
    description: str,
    properties: dict[str, Schema],
    *,
    required: Sequence[str] = (),
    rules: Sequence[Schema] = (),
    **more: Any,
) -> Schema:
    schema: Schema = {"type": "object", "description": description, "properties": properties}
    if required:
        schema["required"] = list(required)
    if rules:
        schema["x-kubernetes-validations"] = list(rules)
    return schema | more


def rule(expression: str, message: str) -> Schema:
    return {"rule": expression, "message": message}


def fixed(what: str) -> Schema:
    return rule("self == oldSelf", f"{what} is fixed at creation")


def named_list(description: str, item: Schema, *, key: str, longest: int) -> Schema:
    return {
        "type": "array",
        "description": description,
        "items": item,
        "maxItems": longest,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": [key],
    }


def short_name_rule(kind: str, longest: int) -> Schema:
    """Pod and StatefulSet names are built from it, and Kubernetes allows them 63 characters."""
    return rule(
        f"self.metadata.name.size() <= {longest}"
        " && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
        f"the name of a {kind} is 1 to {longest} lower-case letters, digits and hyphens,"
        " and begins with a letter",
    )


CONDITIONS = named_list(
    "What holds for this object, with the reason.",
    record(
        "One condition.",
        {
            "type": text("What is asked.", maxLength=64),
            "status": choice("The answer.", ["True", "False", "Unknown"]),
            "reason": text("The rule that gave the answer.", maxLength=128),
            "message": text("The same for people.", maxLength=2048),
            "observedGeneration": whole("Generation of the spec that was judged.", minimum=0),
            "lastTransitionTime": moment("When status last changed."),
        },
        required=["type", "status", "reason", "lastTransitionTime"],
    ),
    key="type",
    longest=16,
)


def column(name: str, path: str, kind: str = "string", *, wide: bool = False) -> Schema:
    return {"name": name, "type": kind, "jsonPath": path, "priority": 1 if wide else 0}


def crd(
    *,
    kind: str,
    plural: str,
    short_name: str,
    root: Schema,
    columns: Sequence[Schema],
) -> Schema:
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{plural}.{GROUP}",
            "labels": {"app.kubernetes.io/part-of": "clickhouse-byoc"},
        },
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": kind,
                "listKind": f"{kind}List",
                "plural": plural,
                "singular": kind.lower(),
                "shortNames": [short_name],
                "categories": ["byoc"],
            },
            "versions": [
                {
                    "name": VERSION,
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": root},
                    "subresources": {"status": {}},
                    "additionalPrinterColumns": list(columns),
                }
            ],
        },
    }
