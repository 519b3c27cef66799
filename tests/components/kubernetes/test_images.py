"""Images are pinned, and may come from elsewhere."""

from dataclasses import replace

import pytest

from components.errors import ConfigError
from components.kubernetes.images import IMAGES, Pinned, image, is_pinned
from components.kubernetes.names import ImageName
from tests.components.kubernetes.baseline import DEPLOYMENT

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize("name", ImageName)
def test_every_image_is_in_the_table_and_pinned(name):
    assert is_pinned(IMAGES[name].reference)


def test_a_digest_is_part_of_the_reference():
    pinned = Pinned(repository="quay.io/a/b", tag="v1", digest=DIGEST)
    assert pinned.reference == f"quay.io/a/b:v1@{DIGEST}"


def test_a_mirror_takes_the_place_of_an_image():
    mirrored = replace(DEPLOYMENT, images={"prometheus": "mirror:5000/prometheus:v3.14.0"})
    assert image(mirrored, ImageName.PROMETHEUS) == "mirror:5000/prometheus:v3.14.0"
    assert image(mirrored, ImageName.GRAFANA) == IMAGES[ImageName.GRAFANA].reference


REFERENCES = {
    "repo/image:v1": True,
    f"repo/image@{DIGEST}": True,
    "repo/image": False,
    "repo/image:latest": False,
    "mirror:5000/image": False,
}


@pytest.mark.parametrize(("reference", "pinned"), REFERENCES.items())
def test_a_reference_is_pinned_by_a_tag_or_a_digest(reference, pinned):
    assert is_pinned(reference) is pinned


def test_an_image_that_is_not_pinned_is_refused_by_name():
    with pytest.raises(ConfigError, match=r"images\.grafana.*'grafana/grafana:latest'"):
        image(replace(DEPLOYMENT, images={"grafana": "grafana/grafana:latest"}), ImageName.GRAFANA)


def test_a_name_that_is_no_image_is_refused():
    with pytest.raises(ConfigError, match="promehteus"):
        replace(DEPLOYMENT, images={"promehteus": "a:1"})
