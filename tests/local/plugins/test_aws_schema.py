"""The AWS plugin's table against the sources of the SDK that programs use."""

from __future__ import annotations

import pytest

from local.plugins.aws.table import FORMER_NAMES, TYPES
from tests.local.plugins.aws_sdk import type_of

DEFAULTS_OF_THE_SDK = {
    "aws:lb/loadBalancer:LoadBalancer": {
        *("clientKeepAlive", "desyncMitigationMode", "dnsRecordClientRoutingPolicy"),
        *("dropInvalidHeaderFields", "enableCrossZoneLoadBalancing", "enableHttp2"),
        *("enableTlsVersionAndCipherSuiteHeaders", "enableWafFailOpen", "enableXffClientPort"),
        *("idleTimeout", "preserveHostHeader", "xffHeaderProcessingMode"),
    },
    "aws:lb/targetGroup:TargetGroup": {"slowStart"},
}
"""The official plugin has defaults for these, though half of them do not go with a network load
balancer: here AWS's own hold."""


@pytest.mark.parametrize("token", TYPES)
def test_the_table_says_what_the_sdk_says(token: str) -> None:
    schema, sdk = TYPES[token].schema, type_of(token)
    settable = {name for name, known in schema.items() if not known.read_only}
    assert settable <= sdk.inputs
    assert schema.keys() - settable <= sdk.outputs
    assert {name for name in settable if schema[name].required} == sdk.required
    assert sdk.outputs - sdk.inputs <= schema.keys()


@pytest.mark.parametrize("token", TYPES)
def test_aws_fills_in_what_the_sdk_says_is_always_there(token: str) -> None:
    schema, sdk = TYPES[token].schema, type_of(token)
    filled_in = {name for name, known in schema.items() if known.computed}
    assert filled_in <= sdk.filled_in | DEFAULTS_OF_THE_SDK.get(token, set())


@pytest.mark.parametrize(("former", "token"), FORMER_NAMES.items())
def test_former_names_are_types_of_the_sdk(former: str, token: str) -> None:
    assert TYPES[token].schema.keys() <= type_of(former).outputs | {"bucketRegion"}
