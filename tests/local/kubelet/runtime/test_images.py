import json

import pytest

from local.kubelet.errors import ImageError
from local.kubelet.runtime.images import Image, ImageMap, repository
from tests.local.kubelet.documents import container, pod

NAMES = {
    "clickhouse/clickhouse-server:25.8": "clickhouse/clickhouse-server",
    "clickhouse/clickhouse-server": "clickhouse/clickhouse-server",
    "docker.io/library/busybox:1": "busybox",
    "docker.io/grafana/grafana": "grafana/grafana",
    "quay.io/prometheus/prometheus:v3@sha256:abc": "quay.io/prometheus/prometheus",
    "registry:5000/team/app": "registry:5000/team/app",
    "registry:5000/team/app:1": "registry:5000/team/app",
}


@pytest.mark.parametrize(("image", "name"), NAMES.items(), ids=NAMES.keys())
def test_tags_digests_and_implied_hosts_do_not_count(image, name):
    assert repository(image) == name


IMAGE = Image(entrypoint=("/opt/db", "serve"), commands={"db": ("/opt/db",)})
ARGV = {
    "no command": (((), ("--x",)), ("/opt/db", "serve", "--x")),
    "a known command": ((("db", "dump"), ("--x",)), ("/opt/db", "dump", "--x")),
    "another command": ((("sh", "-c"), ("x",)), ("sh", "-c", "x")),
}


@pytest.mark.parametrize(("given", "argv"), ARGV.values(), ids=ARGV.keys())
def test_the_program_follows_from_command_and_arguments(given, argv):
    assert IMAGE.argv(*given) == argv


def wanting(image, **fields):
    return pod(container(**{"image": image, **fields})).containers[0]


@pytest.fixture
def images(tmp_path):
    file = tmp_path / "images.json"
    file.write_text(
        json.dumps({"db:1": {"entrypoint": ["/db"]}, "bare": {}, "no": {"why_not": "No."}})
    )
    return ImageMap(file)


def test_an_image_is_found_by_its_repository(images):
    assert images.program_for(wanting("db:2")).entrypoint == ("/db",)


def test_why_an_image_cannot_run_is_said(images):
    with pytest.raises(ImageError, match=r"^No\.$"):
        images.program_for(wanting("no"))
    with pytest.raises(ImageError, match="has no program for the image other: add an entry"):
        images.program_for(wanting("other:3"))
    with pytest.raises(ImageError, match="has no entrypoint, and container main has no command"):
        images.program_for(wanting("bare"))
    assert images.program_for(wanting("bare", command=["sh"]))


def test_the_map_is_read_again_when_it_changes(images):
    before = images.revision
    images.file.write_text(json.dumps({"other": {"entrypoint": ["/other"]}}))
    assert images.revision != before
    assert images.program_for(wanting("other")).entrypoint == ("/other",)


def test_an_unusable_map_keeps_the_last_good_one(images):
    images.program_for(wanting("db"))
    images.file.write_text("{ not json")
    assert images.program_for(wanting("db")).entrypoint == ("/db",)


def test_a_missing_map_knows_no_image(tmp_path):
    with pytest.raises(ImageError, match="no program for the image db"):
        ImageMap(tmp_path / "none.json").program_for(wanting("db"))
