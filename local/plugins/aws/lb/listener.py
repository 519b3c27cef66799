from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pick, props, request
from local.plugins.aws.lb.base import LbResource, tags_argument, tags_of
from local.plugins.provider import Property, Props, Schema, in_any_order

ACTION: Schema = {
    "type": Property(required=True),
    "order": Property(computed=True),
    "targetGroupArn": Property(),
    "forward": Property(
        fields={
            "targetGroups": Property(
                required=True,
                same=in_any_order,
                fields={"arn": Property(required=True), "weight": Property(computed=True)},
            ),
            "stickiness": Property(
                fields={"duration": Property(required=True), "enabled": Property(default=False)}
            ),
        }
    ),
    "redirect": Property(
        fields={
            "statusCode": Property(required=True),
            **{n: Property(computed=True) for n in ("host", "path", "port", "protocol", "query")},
        }
    ),
    "fixedResponse": Property(
        fields={
            "contentType": Property(required=True),
            "messageBody": Property(),
            "statusCode": Property(computed=True),
        }
    ),
}


class Listener(LbResource):
    properties: ClassVar[Schema] = {
        "loadBalancerArn": Property(required=True, replaces=True),
        "defaultActions": Property(required=True, fields=ACTION),
        "alpnPolicy": Property(),
        "certificateArn": Property(),
        "port": Property(),
        "protocol": Property(computed=True),
        "sslPolicy": Property(computed=True),
        "arn": Property(read_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        elb = aws.client("elbv2")
        given = {"loadBalancerArn": inputs["loadBalancerArn"]} | settings(inputs)
        wanted = request(elb, "create_listener", given, **tags_argument(inputs))
        return str(elb.create_listener(**wanted)["Listeners"][0]["ListenerArn"])

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = aws.client("elbv2").describe_listeners(ListenerArns=[id_])["Listeners"][0]
        certificates = found.get("Certificates") or [{}]
        alpn = found.get("AlpnPolicy") or [None]
        told = {
            "loadBalancerArn": found["LoadBalancerArn"],
            "defaultActions": [read_action(action) for action in found["DefaultActions"]],
            "alpnPolicy": alpn[0],
            "certificateArn": certificates[0].get("CertificateArn"),
            "port": found.get("Port"),
            "protocol": found.get("Protocol"),
            "sslPolicy": found.get("SslPolicy"),
            "arn": id_,
            "tags": tags_of(aws, id_),
        }
        return {name: value for name, value in told.items() if value is not None}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        elb = aws.client("elbv2")
        wanted = request(elb, "modify_listener", settings(inputs), ListenerArn=id_)
        elb.modify_listener(**wanted)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("elbv2").delete_listener(ListenerArn=id_)


def settings(inputs: Props) -> dict[str, Any]:
    given: dict[str, Any] = pick(inputs, ["port", "protocol", "sslPolicy"])
    given["defaultActions"] = [api_action(action) for action in inputs["defaultActions"]]
    if certificate := inputs.get("certificateArn"):
        given["certificates"] = [{"certificateArn": certificate}]
    if policy := inputs.get("alpnPolicy"):
        given["alpnPolicy"] = [policy]
    return given


def api_action(action: Props) -> dict[str, Any]:
    """The API's names of an action's parts."""
    wanted: dict[str, Any] = pick(action, ("type", "order", "targetGroupArn"))
    if forward := action.get("forward"):
        config: dict[str, Any] = {
            "targetGroups": [
                {"targetGroupArn": group["arn"], **pick(group, ["weight"])}
                for group in forward["targetGroups"]
            ]
        }
        if stickiness := forward.get("stickiness"):
            config["targetGroupStickinessConfig"] = {
                "enabled": stickiness.get("enabled", False),
                "durationSeconds": stickiness["duration"],
            }
        wanted["forwardConfig"] = config
    if redirect := action.get("redirect"):
        wanted["redirectConfig"] = redirect
    if fixed := action.get("fixedResponse"):
        wanted["fixedResponseConfig"] = fixed
    return wanted


def read_action(action: dict[str, Any]) -> Props:
    told = props(action, {name: ACTION[name] for name in ("type", "order", "targetGroupArn")})
    forward = action.get("ForwardConfig") or {}
    if forward and "targetGroupArn" not in told:
        told["forward"] = {
            "targetGroups": [
                {"arn": g["TargetGroupArn"], **({"weight": g["Weight"]} if "Weight" in g else {})}
                for g in forward.get("TargetGroups", [])
            ]
        }
        stickiness = forward.get("TargetGroupStickinessConfig") or {}
        if stickiness.get("Enabled"):
            told["forward"]["stickiness"] = {
                "enabled": True,
                "duration": stickiness.get("DurationSeconds", 0),
            }
    for name, api in (("redirect", "RedirectConfig"), ("fixedResponse", "FixedResponseConfig")):
        if action.get(api):
            told[name] = props(action[api], ACTION[name].fields or {})
    return told
