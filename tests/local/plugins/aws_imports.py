"""Ids by which resources of `aws_everything` are imported, where they are not their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.local.plugins.aws_drift import ANYWHERE, Behind

IMPORT_IDS: Mapping[str, Callable[[Behind], str]] = {
    "allowed": lambda b: f"{b.id('endpoint-service')}/{b.out('allowed', 'principalArn')}",
    "endpoint-association": lambda b: f"{b.id('dynamodb-endpoint')}/{b.id('inline-table')}",
    "old-rule": lambda b: "_".join(
        [b.id("bare-group"), "ingress", "tcp", "9000", "9000", b.id("group")]
    ),
    "pod-identity": lambda b: f"{b.out('cluster', 'name')},{b.id('pod-identity')}",
    "route": lambda b: f"{b.id('table')}_{ANYWHERE}",
    "table-association": lambda b: f"{b.id('subnet-b')}/{b.id('table')}",
}
NOT_IMPORTED = frozenset({"main-association"})
