"""The schema of Service: compute over a warehouse."""

from typing import Any

from control.warehouses.names import SERVICE_NAME_MAX
from control.warehouses.scaling_schema import (
    HORIZONTAL_RULES,
    MEMORY,
    MOST_REPLICAS,
    RECOMMENDATION,
    SCALING,
    SCALING_STATUS,
    SCHEDULE,
)
from control.warehouses.schema_parts import (
    CONDITIONS,
    Schema,
    choice,
    fixed,
    moment,
    named_list,
    record,
    rule,
    short_name_rule,
    switch,
    text,
    whole,
)
from control.warehouses.warehouse_schema import IMAGE_PATTERN


def fixed_choice(name: str, description: str, values: list[str], **more: Any) -> Schema:
    return choice(description, values, **{"x-kubernetes-validations": [fixed(name)]}, **more)


IDLE = record(
    "Sleep without queries.",
    {
        "enabled": switch("Stop the replicas when nobody queries.", default=False),
        "timeoutMinutes": whole(
            "Time without queries before sleeping.", minimum=5, maximum=10080, default=15
        ),
    },
    default={},
)

ALLOWLIST = named_list(
    "Networks whose clients may connect.",
    record(
        "One network.",
        {
            "cidr": text(
                "The network.",
                maxLength=43,
                **{
                    "x-kubernetes-validations": [
                        rule("isCIDR(self)", "cidr must be a network such as 10.1.0.0/16")
                    ]
                },
            ),
            "description": text("Whose it is.", maxLength=200),
        },
        required=["cidr"],
    ),
    key="cidr",
    longest=100,
)

OBJECT_NAME = r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"
HOST_NAME = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
MOST_HOSTS = 16

TLS = record(
    "End TLS in the replicas, at 8443 (HTTP) and 9440 (native).",
    {
        "secret": text(
            "Secret of this namespace with tls.crt and tls.key.",
            minLength=1,
            maxLength=253,
            pattern=OBJECT_NAME,
        ),
        "hosts": {
            "type": "array",
            "description": "Names that clients ask for, beside those inside the cluster:"
            " a sleeping service is known by them.",
            "items": {
                "type": "string",
                "minLength": 1,
                "maxLength": 253,
                "pattern": HOST_NAME,
            },
            "maxItems": MOST_HOSTS,
            "x-kubernetes-list-type": "set",
        },
    },
    required=["secret"],
)

SPEC = record(
    "The wanted state of a service.",
    {
        "warehouse": text(
            "Warehouse whose data it serves.",
            minLength=1,
            maxLength=63,
            **{"x-kubernetes-validations": [fixed("warehouse")]},
        ),
        "displayName": text(
            "What people call it, and may call otherwise; its objects and host names keep their own"
            " name.",
            minLength=1,
            maxLength=50,
        ),
        "role": fixed_choice(
            "role", "The first service of a warehouse is its primary.", ["primary", "secondary"]
        ),
        "access": fixed_choice(
            "access",
            "Whether it may write.",
            ["readWrite", "readOnly"],
            default="readWrite",
        ),
        "desired": choice("Whether its replicas run.", ["Running", "Stopped"], default="Running"),
        "replicas": whole("Replicas; a primary has two or more.", minimum=1, maximum=MOST_REPLICAS),
        "memory": MEMORY,
        "scaling": SCALING,
        "idle": IDLE,
        "schedule": SCHEDULE,
        "allowlist": ALLOWLIST,
        "tls": TLS,
        "image": text(
            "Image with tag for this service alone, instead of the warehouse's.",
            pattern=IMAGE_PATTERN,
            maxLength=255,
        ),
        "restartToken": text(
            "Any new value replaces every replica, one generation by another.",
            maxLength=64,
        ),
    },
    required=["warehouse", "role", "replicas", "memory"],
    rules=[
        rule(
            "self.role != 'primary' || self.access == 'readWrite'",
            "the primary of a warehouse is readWrite",
        ),
        rule(
            "self.role != 'primary' || self.replicas >= 2",
            "the primary of a warehouse has at least 2 replicas",
        ),
        rule(
            "oldSelf.replicas < 2 || self.replicas >= 2",
            "a service of several replicas does not shrink to one",
        ),
        *HORIZONTAL_RULES,
    ],
)

REPLICA_STATUS = named_list(
    "The replicas that exist.",
    record(
        "One replica.",
        {
            "rid": text("Its id, never used again."),
            "size": text("Its size, such as 2u (2 CPU, 8 GiB)."),
            "phase": text("Where it stands."),
            "serving": switch("Clients reach it."),
            "pod": text("Its pod."),
            "address": text("Its pod's address."),
            "reason": text("Why it stands there.", maxLength=1024),
        },
        required=["rid"],
    ),
    key="rid",
    longest=100,
)

OPERATION = record(
    "The change under way, or the last one.",
    {
        "id": text("Its id."),
        "state": choice(
            "State of the make-before-break machine.",
            [
                "Queued",
                "Make",
                "Schedule",
                "Start",
                "Sync",
                "Admit",
                "Drain",
                "SyncOut",
                "Remove",
                "Done",
                "Abort",
                "Failed",
            ],
        ),
        "target": record(
            "What it leads to.",
            {
                "replicas": whole("Replicas."),
                "memoryGib": whole("Memory of one replica."),
                "specHash": text("Hash of everything that a replica is made of."),
            },
        ),
        "since": moment("When the state began."),
        "started": moment("When the operation began."),
        "finished": moment("When it ended."),
        "reason": text("Why it is in this state."),
        "message": text("The same for people.", maxLength=2048),
        "failures": whole("Failures in a row towards this target.", minimum=0),
        "retryAt": moment("When a failed target is tried again."),
    },
)

STATUS = record(
    "What the controller sees.",
    {
        "phase": choice(
            "In one word.",
            [
                "Pending",
                "Creating",
                "Running",
                "Scaling",
                "Degraded",
                "Quiescing",
                "Idle",
                "Waking",
                "Stopping",
                "Stopped",
                "Deleting",
            ],
        ),
        "observedGeneration": whole("Generation of the spec this status is about.", minimum=0),
        "wantedReplicas": whole("Replicas that should serve."),
        "readyReplicas": whole("Replicas that serve clients and answer."),
        "size": text("Size of one replica, such as 2 CPU, 8 GiB."),
        "memoryGib": whole("Memory of one replica."),
        "image": text("Image of the replicas."),
        "version": text("Version that the replicas report."),
        "replicas": REPLICA_STATUS,
        "op": OPERATION,
        "endpoints": named_list(
            "Where clients connect.",
            record(
                "One endpoint.",
                {
                    "name": text("Protocol."),
                    "host": text("Host name inside the cluster."),
                    "port": whole("Port."),
                },
                required=["name", "host", "port"],
            ),
            key="name",
            longest=8,
        ),
        "idle": record(
            "What is remembered of sleeping and waking.",
            {
                "port": whole("Port of the activator for clients that speak no TLS."),
                "sleep": text("Names the sleep it is in or on the way to; absent while awake."),
                "wakeSeen": text("The last request to wake that was acted upon.", maxLength=253),
                "sleepSeen": text("The last request to sleep that was noticed.", maxLength=253),
                "askedToSleepAt": moment("When it was noticed."),
                "calledAt": moment("When the last request to wake was acted upon."),
                "unchangedSince": moment("After this its data did not change until it slept."),
            },
        ),
        "recommendation": RECOMMENDATION,
        "scaling": SCALING_STATUS,
        "lastStartSeconds": whole("How long the last wake took, until all replicas served."),
        "since": moment("When the phase began."),
        "conditions": CONDITIONS,
    },
)

ROOT: Schema = record(
    "Replicas and an endpoint over the data of a warehouse.",
    {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"type": "object"},
        "spec": SPEC,
        "status": STATUS,
    },
    required=["spec"],
    rules=[short_name_rule("service", SERVICE_NAME_MAX)],
)
