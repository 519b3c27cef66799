from ipaddress import IPv4Network
from pathlib import Path

import pytest

from local.kubelet.__main__ import main, read_settings
from local.kubelet.settings import Endpoint, OnExit

REQUIRED = ["--kubeconfig", "k", "--address", "127.1.0.3", "--pod-cidr", "127.1.64.0/18"]
REQUIRED += ["--root", "/r", "--images", "/i.json"]


def test_what_is_given_is_read():
    more = ["--aws-endpoint", "http://127.1.0.2:5000", "--aws-regions", "a,b"]
    more += ["--credentials-address", "127.1.0.4:8180", "--on-exit", "leave"]
    settings = read_settings([*REQUIRED, *more])
    assert settings.listen == Endpoint(address="127.1.0.3", port=10250)
    assert settings.pod_network == IPv4Network("127.1.64.0/18")
    assert settings.aws.regions == ("a", "b")
    assert settings.credentials == Endpoint(address="127.1.0.4", port=8180)
    assert settings.on_exit is OnExit.LEAVE


def test_defaults_are_those_of_a_kubelet():
    settings = read_settings(REQUIRED)
    assert (settings.backoff.first_s, settings.backoff.last_s) == (10, 300)
    assert (settings.rotation.largest_bytes, settings.rotation.files) == (10 * 2**20, 5)
    assert settings.aws is None
    assert settings.on_exit is OnExit.STOP


def test_an_unusable_kubeconfig_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text("current-context: x\ncontexts: []\n")
    argv = [*REQUIRED, "--kubeconfig", str(kubeconfig), "--root", str(tmp_path / "root")]
    assert main(argv) == 1
    assert f"The kubeconfig {kubeconfig} lacks" in capsys.readouterr().err
