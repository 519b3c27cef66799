"""A configuration read from a running stack and from a stack file is the same."""

import json
from pathlib import Path

import pytest

from infra.config import ConfigError, load, load_file, parse
from infra.config.document import SECRET_FIELDS, from_stack
from infra.config.node_autoscaler import older_words
from infra.config.section import Secret
from infra.config.stack import StackConfig
from tests.engine import run
from tests.infra.config.documents import GOOD

RAW = {
    f"byoc:{key}": value if isinstance(value, str) else json.dumps(value)
    for key, value in GOOD.items()
}

FILE = """
config:
  aws:region: ignored
  byoc:name: acme
  byoc:region: us-east-1
  byoc:account: 111111111111
  byoc:network:
    zones: [us-east-1a, us-east-1b, us-east-1c]
  byoc:tailscale:
    enabled: true
    authKey:
      secure: v1:abcdef
"""


def test_the_stack_of_a_program_is_read() -> None:
    seen: list[StackConfig] = []
    run(lambda: seen.append(load()), config=RAW | {"aws:region": "eu-west-1"})
    assert seen[0].warehouses[0].services[1].name == "reports"


def test_a_secret_value_arrives_as_a_secret() -> None:
    raw = {"byoc:tailscale": json.dumps({"enabled": True, "authKey": "tskey-auth-x"})}
    document = from_stack(raw, ["byoc:tailscale"])
    assert isinstance(document.values["tailscale"]["authKey"], Secret)
    assert "tskey" not in repr(document)


def test_a_key_in_plain_text_is_refused() -> None:
    raw = RAW | {"byoc:tailscale": json.dumps({"enabled": True, "authKey": "tskey-auth-x"})}
    with pytest.raises(ConfigError, match="plain text") as refused:
        run(load, config=raw)
    assert "tskey-auth-x" not in str(refused.value)


def test_a_stack_file_with_a_sealed_secret_is_read(tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.acme.yaml"
    path.write_text(FILE)
    config = load_file(path)
    assert (config.account, config.tailscale.enabled) == ("111111111111", True)
    assert config.tailscale.auth_key is not None


@pytest.mark.parametrize("text", ["config: [", "{}", "config: 3", ""])
def test_a_file_that_is_no_stack_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "Pulumi.acme.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"Pulumi\.acme\.yaml"):
        load_file(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_file(tmp_path / "Pulumi.none.yaml")


def test_every_secret_field_of_the_models_is_read_as_one() -> None:
    secret = {
        (section.alias, field.alias)
        for section in StackConfig.model_fields.values()
        for field in getattr(section.annotation, "model_fields", {}).values()
        if Secret.__name__ in repr(field.annotation)
    }
    assert secret == set(SECRET_FIELDS)


@pytest.mark.parametrize(("said", "read"), [(True, "cluster-autoscaler"), (False, "none")])
def test_what_an_older_stack_says_of_the_autoscaler_holds_and_is_told(
    said: bool, read: str
) -> None:
    document = {**GOOD, "cluster": {**GOOD["cluster"], "autoscaling": said}}
    assert parse(document).cluster.autoscaling.value == read
    (words,) = older_words(document)
    assert words.startswith("byoc:cluster.autoscaling is")
    assert read in words
    assert not [*older_words(GOOD)]
