"""Volumes of pods, by what they hold."""

from typing import Any


def config_map_volume(name: str, config_map: str) -> dict[str, Any]:
    return {"name": name, "config_map": {"name": config_map}}


def secret_volume(name: str, secret: str) -> dict[str, Any]:
    return {"name": name, "secret": {"secret_name": secret}}


def scratch_volume(name: str, *, size_mib: int) -> dict[str, Any]:
    """Empty at the start of the pod, gone at its end, never larger than `size_mib`."""
    return {"name": name, "empty_dir": {"size_limit": f"{size_mib}Mi"}}


def volume_claim(name: str, *, storage_class: str, size_gib: int) -> dict[str, Any]:
    return {
        "metadata": {"name": name},
        "spec": {
            "access_modes": ["ReadWriteOnce"],
            "storage_class_name": storage_class,
            "resources": {"requests": {"storage": f"{size_gib}Gi"}},
        },
    }
