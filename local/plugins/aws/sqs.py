"""SQS queues and their policies."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pascal
from local.plugins.aws.names import named, unique_name
from local.plugins.aws.resource import AwsResource
from local.plugins.provider import Call, Property, Props, Schema, as_json

NUMBERS = {
    "delaySeconds": ("DelaySeconds", 0),
    "maxMessageSize": ("MaximumMessageSize", 262144),
    "messageRetentionSeconds": ("MessageRetentionPeriod", 345600),
    "receiveWaitTimeSeconds": ("ReceiveMessageWaitTimeSeconds", 0),
    "visibilityTimeoutSeconds": ("VisibilityTimeout", 30),
}
DOCUMENTS = ("policy", "redriveAllowPolicy", "redrivePolicy")
SWITCHES = {"contentBasedDeduplication": "ContentBasedDeduplication"}
REST = {
    "deduplicationScope": "DeduplicationScope",
    "fifoThroughputLimit": "FifoThroughputLimit",
    "kmsMasterKeyId": "KmsMasterKeyId",
}


class Queue(AwsResource):
    service = "sqs"
    properties: ClassVar[Schema] = {
        **named(80),
        **{name: Property(default=default) for name, (_, default) in NUMBERS.items()},
        **{name: Property(computed=True, same=as_json) for name in DOCUMENTS},
        "contentBasedDeduplication": Property(default=False),
        "deduplicationScope": Property(computed=True),
        "fifoQueue": Property(default=False, replaces=True),
        "fifoThroughputLimit": Property(computed=True),
        "kmsDataKeyReusePeriodSeconds": Property(computed=True),
        "kmsMasterKeyId": Property(),
        "sqsManagedSseEnabled": Property(computed=True),
        "arn": Property(read_only=True),
        "url": Property(read_only=True),
    }
    elsewhere = DOCUMENTS

    def check(self, call: Call, inputs: Props, old: Props | None) -> Props:
        """The name of a FIFO queue ends so."""
        checked = super().check(call, inputs, old)
        if "name" in checked and "name" not in inputs and checked.get("fifoQueue") is True:
            checked["name"] = f"{checked['name'].removesuffix('.fifo')}.fifo"
        return checked

    def make(self, aws: Aws, inputs: Props) -> str:
        name = unique_name(inputs, aws)
        fifo = inputs["fifoQueue"]
        attributes = self.attributes(inputs, [n for n in inputs if n in self.properties])
        made = aws.client("sqs").create_queue(
            QueueName=name if not fifo or name.endswith(".fifo") else f"{name}.fifo",
            Attributes=attributes | ({"FifoQueue": "true"} if fifo else {}),
            tags=inputs.get("tags", {}),
        )
        return str(made["QueueUrl"])

    def attributes(self, inputs: Props, names: Collection[str]) -> dict[str, str]:
        """Attributes are all texts; an empty one removes."""
        wanted: dict[str, Any] = {}
        for name in names:
            if name in NUMBERS:
                wanted[NUMBERS[name][0]] = inputs[name]
            elif name in DOCUMENTS or name in REST:
                wanted[REST.get(name, pascal(name))] = inputs.get(name, "")
            elif name == "kmsDataKeyReusePeriodSeconds":
                wanted["KmsDataKeyReusePeriodSeconds"] = inputs[name]
            elif name == "sqsManagedSseEnabled":
                wanted["SqsManagedSseEnabled"] = json.dumps(inputs[name])
            elif name in SWITCHES and inputs.get("fifoQueue"):
                wanted[SWITCHES[name]] = json.dumps(inputs[name])
        return {name: str(value) for name, value in wanted.items()}

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        sqs = aws.client("sqs")
        found = sqs.get_queue_attributes(QueueUrl=id_, AttributeNames=["All"])["Attributes"]
        told: Props = {name: int(found[api]) for name, (api, _) in NUMBERS.items() if api in found}
        for name in (*DOCUMENTS, *REST):
            if found.get(REST.get(name, pascal(name))):
                told[name] = found[REST.get(name, pascal(name))]
        if "KmsDataKeyReusePeriodSeconds" in found:
            told["kmsDataKeyReusePeriodSeconds"] = int(found["KmsDataKeyReusePeriodSeconds"])
        switches = (
            ("fifoQueue", "FifoQueue"),
            ("sqsManagedSseEnabled", "SqsManagedSseEnabled"),
            *SWITCHES.items(),
        )
        for name, api in switches:
            told[name] = found.get(api, "false").lower() == "true"
        return told | {
            "name": found["QueueArn"].rsplit(":", 1)[-1],
            "arn": found["QueueArn"],
            "url": id_,
            "tags": sqs.list_queue_tags(QueueUrl=id_).get("Tags", {}),
        }

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        attributes = self.attributes(inputs, changed)
        aws.client("sqs").set_queue_attributes(QueueUrl=id_, Attributes=attributes)

    def put_tags(self, aws: Aws, id_: str, live: Props, tags: Mapping[str, str]) -> None:
        aws.client("sqs").tag_queue(QueueUrl=id_, Tags=dict(tags))

    def drop_tags(self, aws: Aws, id_: str, live: Props, keys: list[str]) -> None:
        aws.client("sqs").untag_queue(QueueUrl=id_, TagKeys=keys)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("sqs").delete_queue(QueueUrl=id_)


class QueuePolicy(AwsResource):
    service = "sqs"
    tagged = False
    properties: ClassVar[Schema] = {
        "queueUrl": Property(required=True, replaces=True),
        "policy": Property(required=True, same=as_json),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        self.put(aws, inputs["queueUrl"], inputs["policy"])
        return str(inputs["queueUrl"])

    def put(self, aws: Aws, url: str, policy: str) -> None:
        aws.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        sqs = aws.client("sqs")
        found = sqs.get_queue_attributes(QueueUrl=id_, AttributeNames=["Policy"])
        policy = found.get("Attributes", {}).get("Policy")
        return {"queueUrl": id_, "policy": policy} if policy else None

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        self.put(aws, id_, inputs["policy"])

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        self.put(aws, id_, "")
