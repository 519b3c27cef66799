"""Secrets are only where secrets belong."""

import pytest

from tests.components.kubernetes.baseline import AUTH_KEY, SECRETS, everything, found
from tests.engine import strings


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_in_one_secret_object_and_marked(secret):
    holders = [
        item
        for item in everything().resources
        if any(secret in text for text in strings(item.inputs))
    ]
    (holder,) = holders
    assert holder.type == "kubernetes:core/v1:Secret"
    assert any(path.startswith("stringData") for path in holder.secret_paths)


def test_programs_get_secrets_by_reference():
    router = found(everything(), "Deployment", "tailscale")
    (container,) = router["spec"]["template"]["spec"]["containers"]
    env = {entry["name"]: entry for entry in container["env"]}
    assert env["TS_AUTHKEY"]["valueFrom"]["secretKeyRef"] == {
        "name": "tailscale-auth",
        "key": "authkey",
    }
    assert AUTH_KEY not in set(strings(router))


def test_a_changed_secret_makes_new_pods_without_showing():
    template = found(everything(), "StatefulSet", "alertmanager")["spec"]["template"]
    digest = template["metadata"]["annotations"]["byoc.clickhouse.dev/config-hash"]
    assert len(digest) == 16
    marked = [
        item.name
        for item in everything().resources
        if item.secret_paths and item.type != "kubernetes:core/v1:Secret"
    ]
    assert marked == []
