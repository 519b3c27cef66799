"""Images that have a program here, and images that have none."""

from __future__ import annotations

import pytest

from tests.local.kubelet.cluster import FOREVER, shell

pytestmark = pytest.mark.cluster


def is_waiting(reason):
    return lambda one: one["state"].get("waiting", {}).get("reason") == reason


def test_an_image_without_a_program_stays_in_back_off_and_says_how_to_add_one(cluster, kubelet):
    cluster.run("pod", shell(FOREVER, image="vendor/unknown:7"))
    one = cluster.wait_container("pod", is_waiting("ImagePullBackOff"), "no program")
    text = "the local cloud has no program for the image vendor/unknown: add an entry for it to"
    assert text in one["state"]["waiting"]["message"]
    assert str(kubelet.folder / "images.json") in one["state"]["waiting"]["message"]
    cluster.wait_event("pod", "Failed", f'Failed to pull image "vendor/unknown:7": {text}')
    cluster.wait_event("pod", "Failed", "Error: ErrImagePull")
    cluster.wait_event("pod", "Failed", "Error: ImagePullBackOff")
    cluster.wait_event("pod", "BackOff", 'Back-off pulling image "vendor/unknown:7"')
    assert cluster.status("pod")["phase"] == "Pending"


def test_the_image_map_says_why_an_image_cannot_run(cluster):
    cluster.run("pod", shell(FOREVER, image="test/refused"))
    cluster.wait_event("pod", "Failed", "there is no such program for this machine")


def test_a_program_that_is_added_to_the_map_lets_the_pod_go_on(new_kubelet):
    kubelet, cluster = new_kubelet("--backoff-initial", "60", "--backoff-max", "60")
    cluster.run("pod", shell(FOREVER, image="vendor/late:7"))
    cluster.wait_container("pod", is_waiting("ImagePullBackOff"), "no program")
    kubelet.write_images({"vendor/late": {"entrypoint": ["/bin/sh"]}})
    cluster.wait_ready("pod")
