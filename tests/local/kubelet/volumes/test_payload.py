import asyncio

import pytest

from local.kubelet.errors import MountError
from local.kubelet.pods.configs import ConfigKind, ConfigRef, Configs
from local.kubelet.pods.fields import PodFacts
from local.kubelet.volumes.payload import TokenWish, payload_of
from tests.local.kubelet.documents import pod

CONFIGS = Configs(
    data={
        ConfigRef(kind=ConfigKind.CONFIG_MAP, name="conf"): {"a": b"1", "b": b"2"},
        ConfigRef(kind=ConfigKind.SECRET, name="keys"): {"k": b"\x00\xff"},
    }
)
FACTS = PodFacts(pod=pod(), pod_ip="127.1.64.1", host_ip="127.1.0.3", node_allocatable={})


class FakeTokens:
    async def token(self, wish: TokenWish) -> str:
        return f"token for {wish.audience} and {wish.expires_after_s} s"


def payload(**volume):
    return asyncio.run(payload_of({"name": "v", **volume}, FACTS, CONFIGS, FakeTokens()))


def texts(found):
    return {path: content.data for path, content in found.items()}


def test_every_key_of_a_config_map_is_a_file():
    found = payload(configMap={"name": "conf", "defaultMode": 0o440})
    assert texts(found) == {"a": b"1", "b": b"2"}
    assert {content.mode for content in found.values()} == {0o440}


def test_items_choose_paths_and_modes():
    items = [{"key": "a", "path": "x/y", "mode": 0o600}]
    found = payload(configMap={"name": "conf", "items": items})
    assert texts(found) == {"x/y": b"1"}
    assert found["x/y"].mode == 0o600


def test_a_secret_holds_bytes():
    assert texts(payload(secret={"secretName": "keys"})) == {"k": b"\x00\xff"}


def test_the_downward_api_is_a_file_per_item():
    items = [{"path": "who", "fieldRef": {"fieldPath": "metadata.name"}}]
    assert texts(payload(downwardAPI={"items": items})) == {"who": b"db-0"}


def test_projected_sources_come_together():
    sources = [
        {"configMap": {"name": "conf", "items": [{"key": "b", "path": "b"}]}},
        {"secret": {"name": "keys"}},
        {"serviceAccountToken": {"path": "token", "audience": "sts", "expirationSeconds": 900}},
    ]
    found = texts(payload(projected={"sources": sources}))
    assert found == {"b": b"2", "k": b"\x00\xff", "token": b"token for sts and 900 s"}


REFUSED = {
    'configmap "none" not found': {"configMap": {"name": "none"}},
    'secret "none" not found': {"secret": {"secretName": "none"}},
    "references non-existent configmap key: z": {
        "configMap": {"name": "conf", "items": [{"key": "z", "path": "z"}]}
    },
    "leaves the volume": {"configMap": {"name": "conf", "items": [{"key": "a", "path": "../a"}]}},
    "no projected source clusterTrustBundle": {
        "projected": {"sources": [{"clusterTrustBundle": {}}]}
    },
    "unsupported fieldPath": {
        "downwardAPI": {"items": [{"path": "x", "fieldRef": {"fieldPath": "spec.none"}}]}
    },
}


@pytest.mark.parametrize(("message", "volume"), REFUSED.items(), ids=REFUSED.keys())
def test_what_cannot_be_made_is_named(message, volume):
    with pytest.raises(MountError, match=message):
        payload(**volume)


def test_what_is_optional_may_be_missing():
    assert payload(configMap={"name": "none", "optional": True}) == {}
    items = [{"key": "z", "path": "z"}, {"key": "a", "path": "a"}]
    found = payload(configMap={"name": "conf", "optional": True, "items": items})
    assert texts(found) == {"a": b"1"}
