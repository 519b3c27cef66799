"""ARNs of load balancers tell their type, which moto takes for `application` always."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from moto.elbv2 import models
from moto.elbv2.models import ELBv2Backend
from moto.elbv2.utils import make_arn_for_load_balancer

FOLDERS = {"application": "app", "network": "net", "gateway": "gwy"}

type_: ContextVar[str] = ContextVar("type_", default="application")
moto_create = ELBv2Backend.create_load_balancer


def create_load_balancer(self: ELBv2Backend, **wanted: Any) -> Any:
    token = type_.set(wanted.get("loadbalancer_type") or "application")
    try:
        return moto_create(self, **wanted)
    finally:
        type_.reset(token)


def make_arn(**parts: str) -> str:
    arn = make_arn_for_load_balancer(**parts)
    return arn.replace("loadbalancer/app/", f"loadbalancer/{FOLDERS[type_.get()]}/")


def install() -> None:
    ELBv2Backend.create_load_balancer = create_load_balancer  # type: ignore[method-assign,assignment]
    setattr(models, make_arn_for_load_balancer.__name__, make_arn)
