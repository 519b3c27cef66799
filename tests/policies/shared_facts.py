"""What the shared modules of the pack answer, by module; `m` is the module. A rule's cases reach
most of their branches, these reach the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.policies.case import document

Fact = tuple[Callable[[Any], Any], Any]
"""A question, and the answer."""

OWN = "arn:aws:iam::111111111111"
ROLE_TRUST = {
    "assumeRolePolicy": document(
        {"Effect": "Allow", "Principal": {"AWS": f"{OWN}:root"}, "Action": "sts:AssumeRole"},
        {"Effect": "Deny", "Principal": {"AWS": "222222222222"}, "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": {"AWS": "333333333333"}, "Action": "sts:AssumeRole"},
    ),
    "permissionsBoundary": f"{OWN}:policy/boundary",
}
SELECTOR_OPERATORS = {
    "In": (True, False, False),
    "NotIn": (False, True, True),
    "Exists": (True, True, False),
    "DoesNotExist": (False, False, True),
    "Unheard": (False, False, False),
}
"""For a label with a listed value, with another, and for none."""


def selection(operator: str) -> Callable[[Any], Any]:
    expression = {"key": "app", "operator": operator, "values": ["web"]}

    def ask(m: Any) -> tuple[bool, ...]:
        labels = ({"app": "web"}, {"app": "db"}, {})
        return tuple(m.selects({"matchExpressions": [expression]}, each) for each in labels)

    return ask


def opening(**values: Any) -> Callable[[Any], Any]:
    """An opening to everybody, unless it says otherwise."""
    usual = {"cidrs": ("0.0.0.0/0",), "protocol": "tcp", "first_port": 22, "last_port": 22}
    return lambda m: m.Opening(**{**usual, **values})


def demanded(operator: str) -> Callable[[Any], Any]:
    text = document({"Effect": "Allow", "Action": "a:b", "Condition": {operator: {"A:Key": "v"}}})
    return lambda m: [
        (s.demanded("a:key"), s.has_condition("A:key"), s.has_condition("other"))
        for s in m.statements(text)
    ]


def gcp(**firewall: Any) -> Callable[[Any], Any]:
    props = {
        "sourceRanges": ["0.0.0.0/0"],
        "allows": [{"protocol": "tcp", "ports": ["22"]}],
        **firewall,
    }
    return lambda m: len(list(m.closed_to_world(22, "SSH")(props)))


FACTS: dict[str, tuple[Fact, ...]] = {
    "cidrs": (
        (lambda m: m.overlap("10.0.0.0/8", "::/0"), False),
        (lambda m: m.inside("10.0.0.0/8", "::/0"), False),
    ),
    "shapes": (
        (lambda m: m.at({"a": []}, "a.b"), None),
        (lambda m: list(m.one_of("a", ["x"], "It is {value}.", default="y")({})), ["It is 'y'."]),
        (
            lambda m: list(m.one_of("a", ["x"], "It is {value}.", default=None)({})),
            ["It is nothing."],
        ),
        (lambda m: list(m.none_of("a", ["x"], "It is {value}.", default="x")({})), ["It is 'x'."]),
        (lambda m: list(m.none_of("a", ["x"], "It is {value}.", default="x")({"a": "y"})), []),
        (
            lambda m: list(m.none_of("a", ["x"], "It is {value}.", default="y")({"a": "x"})),
            ["It is 'x'."],
        ),
    ),
    "pods": (
        (
            lambda m: m.pod_spec({"spec": {"jobTemplate": {"spec": {"template": {"spec": 1}}}}}),
            1,
        ),
        (lambda m: m.pod_spec({"spec": {"template": {"spec": 2}}}), 2),
        (lambda m: m.pod_spec({"spec": {"containers": []}}), {"containers": []}),
        (lambda m: m.pod_spec({}), {}),
        (lambda m: m.pod_labels({}), {}),
        (lambda m: m.selects(None, {"a": "b"}), True),
        *((selection(name), answers) for name, answers in SELECTOR_OPERATORS.items()),
        (
            lambda m: [
                len(list(m.inherited("a", 1, "is wrong.")(props)))
                for props in (
                    {"spec": {"securityContext": {"a": 1}, "containers": [{"name": "c"}]}},
                    {
                        "spec": {
                            "securityContext": {"a": 1},
                            "containers": [{"name": "c", "securityContext": {"a": 2}}],
                        }
                    },
                )
            ],
            [0, 1],
        ),
    ),
    "documents": (
        (
            lambda m: [
                s.grants("a:b")
                for s in m.statements({"Statement": {"Effect": "Deny", "Action": "*"}})
            ],
            [False],
        ),
        (demanded("StringEquals"), [(("v",), True, False)]),
        (demanded("StringNotEquals"), [((), True, False)]),
        (demanded("Null"), [((), True, False)]),
        (demanded("StringEqualsIfExists"), [((), True, False)]),
        (demanded("ForAllValues:StringEquals"), [((), True, False)]),
    ),
    "rbac": (
        (
            lambda m: [
                rule.allows("secrets", "get", "list")
                for rule in m.grants_of({"rules": [{"resources": ["secrets"], "verbs": ["get"]}]})
            ],
            [["get"]],
        ),
    ),
    "trusts": (
        (lambda m: [who for _, who in m.foreign(ROLE_TRUST)], ["333333333333"]),
        (lambda m: m.own_account({}), ""),
        (lambda m: m.is_whole_account("*"), True),
        (lambda m: m.is_whole_account(f"{OWN}:root"), True),
        (lambda m: m.is_whole_account(f"{OWN}:role/one"), False),
    ),
    "security_groups": (
        (lambda m: opening(first_port=0, last_port=65535)(m).is_all, True),
        (lambda m: opening(first_port=1, last_port=65535)(m).is_all, False),
        (lambda m: opening(first_port=0, last_port=65534)(m).is_all, False),
        (lambda m: opening(protocol="udp")(m).covers(22), False),
        (lambda m: opening()(m).covers(23), False),
        (lambda m: opening()(m).covers(22), True),
        (
            lambda m: [
                (one.first_port, one.last_port)
                for one in m.openings({"ipProtocol": "tcp", "fromPort": 5, "toPort": 6})
            ],
            [(5, 6)],
        ),
        (
            lambda m: [
                len(
                    list(
                        m.closed_to_world(22, "SSH")(
                            {
                                "ipProtocol": "tcp",
                                "cidrIpv4": cidr,
                                "fromPort": port,
                                "toPort": port,
                            }
                        )
                    )
                )
                for cidr, port in (("0.0.0.0/0", 22), ("10.0.0.0/8", 22), ("0.0.0.0/0", 443))
            ],
            [1, 0, 0],
        ),
    ),
    "tailscale": (
        (lambda m: m.is_agent({"image": "ghcr.io/tailscale/tailscale"}), True),
        (lambda m: m.is_agent({"image": "ghcr.io/tailscale/tailscale:v1"}), True),
        (
            lambda m: list(
                m.per_agent(lambda environment: iter(["It runs."]))(
                    {"spec": {"containers": [{"name": "web", "image": "web:1"}]}}
                )
            ),
            [],
        ),
    ),
    "gcp_firewalls": (
        (gcp(), 1),
        (gcp(direction="EGRESS"), 0),
        (gcp(disabled=True), 0),
        (gcp(allows=[{"protocol": "udp"}]), 0),
        (gcp(allows=[{"protocol": "tcp"}]), 1),
        (gcp(allows=[{"protocol": "tcp", "ports": ["20-21"]}]), 0),
    ),
}
