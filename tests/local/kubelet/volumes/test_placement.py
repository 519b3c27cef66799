import pytest

from local.kubelet.errors import ConfigurationError
from local.kubelet.volumes.mounter import Volume
from local.kubelet.volumes.placement import binds_of
from tests.local.kubelet.documents import container, pod


@pytest.fixture
def volumes(tmp_path):
    for name in ("data", "conf"):
        (tmp_path / name).mkdir()
    (tmp_path / "conf" / "a").write_text("1")
    return {
        "data": Volume(name="data", path=tmp_path / "data"),
        "conf": Volume(name="conf", path=tmp_path / "conf", is_shown_only=True),
    }


def binds(volumes, env=None, **mount):
    one = pod(container(volumeMounts=[{"name": "data", "mountPath": "/d", **mount}]))
    return list(binds_of(one.containers[0], volumes, env or {}))


def test_a_volume_is_shown_at_its_path(volumes):
    (bind,) = binds(volumes)
    assert (bind.source, bind.target, bind.read_only) == (volumes["data"].path, "/d", False)


def test_read_only_by_the_mount_or_by_the_kind_of_volume(volumes):
    assert binds(volumes, readOnly=True)[0].read_only
    assert binds(volumes, name="conf")[0].read_only


def test_a_sub_path_is_made_where_it_is_missing(volumes):
    (bind,) = binds(volumes, {"N": "7"}, subPathExpr="of/$(N)")
    assert bind.source == volumes["data"].path / "of" / "7"
    assert bind.source.is_dir()


def test_a_sub_path_may_be_a_file(volumes):
    assert binds(volumes, name="conf", subPath="a")[0].source.read_text() == "1"


@pytest.mark.parametrize("path", ["../x", "/etc", "a/../../b"])
def test_a_sub_path_stays_in_its_volume(volumes, path):
    with pytest.raises(ConfigurationError, match="leaves the volume"):
        binds(volumes, subPath=path)


def test_a_link_does_not_lead_out_of_the_volume(volumes):
    (volumes["data"].path / "out").symlink_to("/etc")
    with pytest.raises(ConfigurationError, match="leaves the volume by a link"):
        binds(volumes, subPath="out")


def test_a_mount_without_a_volume_is_named(volumes):
    with pytest.raises(ConfigurationError, match="volume 'none' of /d is not in the pod"):
        binds(volumes, name="none")
