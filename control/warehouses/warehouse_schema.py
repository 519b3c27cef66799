"""The schema of Warehouse: what its services share."""

from control.scaling.upgrading import WINDOW_HOURS
from control.warehouses.backup_schema import PLAN, RESTORE_FROM, RESTORE_STATUS
from control.warehouses.data_keys import MOST_DATA_KEYS
from control.warehouses.keeper_ensemble import Standing
from control.warehouses.names import WAREHOUSE_NAME_MAX
from control.warehouses.scaling_schema import DAYS
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

VERSION_PATTERN = r"^[0-9]+\.[0-9]+(\.[0-9]+){0,2}(-[a-z0-9.]+)?$"
IMAGE_PATTERN = r"^[a-z0-9][a-zA-Z0-9._:@/-]*$"

MEMBERS = [1, 3, 5]
MOST_MEMBERS = max(MEMBERS)

KEEPER = record(
    "The Keeper ensemble that all services of the warehouse share.",
    {
        "replicas": whole(
            "Members; odd, so that a majority exists. They come and go one at a time.",
            enum=MEMBERS,
            default=3,
        ),
        "memoryGib": whole("Memory of one member.", minimum=1, maximum=64, default=2),
        "volumeGib": whole(
            "Volume of one member.",
            minimum=1,
            maximum=1000,
            default=10,
            **{"x-kubernetes-validations": [fixed("keeper.volumeGib")]},
        ),
        "image": text("Repository of the Keeper image.", pattern=IMAGE_PATTERN, maxLength=255),
    },
    default={},
)

REPLICA_VOLUME = record(
    "The volume of one replica: metadata and cache, and the data itself where disk is volume.",
    {
        "sizeGib": whole("Size in GiB.", minimum=1, maximum=65536, default=100),
        "storageClass": text(
            "Storage class; the cluster's default when empty.", maxLength=253, default=""
        ),
    },
    default={},
)

MAINTENANCE_WINDOW = record(
    "Six hours of the week in which another server or Keeper image may begin to roll;"
    " at any time when absent.",
    {
        "weekday": choice("Day on which it opens, in UTC.", list(DAYS)),
        "startHourUtc": whole("Hour at which it opens.", enum=list(WINDOW_HOURS)),
    },
    required=["weekday", "startHourUtc"],
)

ENCRYPTION = record(
    "What the servers write is encrypted by data keys of the warehouse, which the deployment's KMS"
    " key for them wraps; fixed at creation.",
    {
        "dataKeys": whole(
            "Data keys; one more than before rotates: new files are encrypted by the newest.",
            minimum=1,
            maximum=MOST_DATA_KEYS,
            default=1,
            **{
                "x-kubernetes-validations": [
                    rule("self >= oldSelf", "a data key stays as long as files may need it")
                ]
            },
        ),
    },
)

SPEC = record(
    "What the services of this warehouse share.",
    {
        "version": text(
            "ClickHouse version of every service, the tag of the image;"
            " the deployment's default when absent.",
            pattern=VERSION_PATTERN,
            maxLength=64,
        ),
        "image": text(
            "Repository of the server image; the deployment's default when absent.",
            pattern=IMAGE_PATTERN,
            maxLength=255,
        ),
        "channel": choice(
            "How soon new versions arrive where none is named: with their release, or two or four"
            " weeks later.",
            ["fast", "default", "slow"],
            default="default",
        ),
        "maintenanceWindow": MAINTENANCE_WINDOW,
        "urgentVersion": text(
            "A version that does not wait for the maintenance window, such as a security fix.",
            pattern=VERSION_PATTERN,
            maxLength=64,
        ),
        "storageProfile": choice(
            "How replicas hold data: a copy each, shared objects (experimental upstream),"
            " or the vendor's shared engine.",
            ["replicated", "zero_copy", "smt"],
            default="replicated",
            **{"x-kubernetes-validations": [fixed("storageProfile")]},
        ),
        "acceptExperimental": switch(
            "Needed for storageProfile zero_copy, which upstream does not hold fit for production.",
            default=False,
        ),
        "disk": choice(
            "Where parts live: in the deployment's data bucket, or on the replica's volume.",
            ["objectStorage", "volume"],
            default="objectStorage",
            **{"x-kubernetes-validations": [fixed("disk")]},
        ),
        "credentialsSecret": text(
            "Secret with the passwords; made by the controller. <name>-credentials when absent.",
            pattern="^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
            maxLength=63,
        ),
        "keeper": KEEPER,
        "replicaVolume": REPLICA_VOLUME,
        "carrySystemLogs": switch(
            "A replica that leaves hands the system logs of its last 30 days (query_log and the"
            " others, but not those of metrics) to one that stays, before it is removed.",
            default=True,
        ),
        "dataRetention": choice(
            "What deleting the primary does with the data.",
            ["retain", "delete"],
            default="retain",
        ),
        "encryption": ENCRYPTION,
        "backup": PLAN,
        "restoreFrom": RESTORE_FROM,
    },
    rules=[
        rule(
            "has(self.encryption) == has(oldSelf.encryption)",
            "encryption is chosen at creation: make another warehouse, and restore a backup of this"
            " one into it",
        ),
        rule(
            "!has(self.encryption) || self.storageProfile != 'zero_copy'",
            "storageProfile zero_copy cannot be encrypted: use replicated",
        ),
        rule(
            "!has(self.encryption) || self.storageProfile == 'replicated'"
            " || self.encryption.dataKeys == 1",
            "replicas that share objects cannot get another data key one after the other:"
            " encryption.dataKeys must be 1",
        ),
        rule(
            "has(self.restoreFrom) == has(oldSelf.restoreFrom)",
            "restoreFrom is fixed at creation: make another warehouse to restore into",
        ),
        rule(
            "self.storageProfile != 'zero_copy' || self.acceptExperimental",
            "storageProfile zero_copy can lose data and is experimental upstream:"
            " set acceptExperimental to true to use it all the same",
        ),
        rule(
            "self.storageProfile == 'replicated' || self.disk == 'objectStorage'",
            "storageProfile zero_copy and smt share objects: disk must be objectStorage",
        ),
    ],
)

PHASES = ["Pending", "Creating", "Ready", "Scaling", "Degraded", "Deleting"]

KEEPER_MEMBER = record(
    "One member.",
    {
        "member": whole("Its number, and that of its pod.", minimum=1, maximum=MOST_MEMBERS),
        "state": choice(
            "Where it is on its way in or out.", [standing.value for standing in Standing]
        ),
        "ready": switch("Its pod is ready: it has a leader."),
        "since": moment("Since when it is there."),
        "tellings": whole("How often the others were told the same again.", minimum=0),
    },
    required=["member", "state"],
)

BACKUPS_STATUS = record(
    "The backups of this warehouse.",
    {
        "count": whole("Good backups."),
        "newest": text("Name of the newest good one."),
        "newestAt": moment("When it ended."),
        "nextAt": moment("When the next scheduled one is due."),
        "running": text("Name of the one that is being made."),
        "failing": text("Name of the newest one, where it failed."),
    },
)

STATUS = record(
    "What the controller sees.",
    {
        "phase": choice("In one word.", PHASES),
        "observedGeneration": whole("Generation of the spec this status is about.", minimum=0),
        "version": text("Version of the services."),
        "image": text("Image that the services run, or are rolled to."),
        "storage": record(
            "What the storage profile can do.",
            {
                "profile": text("Its name."),
                "sharedBytes": switch("Replicas share one copy of the data."),
                "multiWriter": switch("Several services may write."),
                "needsLivePeer": switch("A waking replica fetches from a running one."),
                "production": switch("Upstream holds it fit for production."),
            },
        ),
        "keeper": record(
            "The Keeper ensemble.",
            {
                "members": whole("Wanted members."),
                "ready": whole("Members that count and are ready."),
                "counted": whole("Members that count."),
                "founded": switch("All of the first members have been there at once."),
                "summary": text("Ready members, those that count, and those that are wanted."),
                "image": text("Image that the members run."),
                "ensemble": named_list(
                    "Its members, also those that come and go.",
                    KEEPER_MEMBER,
                    key="member",
                    longest=MOST_MEMBERS,
                ),
            },
        ),
        "encryption": record(
            "The data keys, where the warehouse is encrypted.",
            {
                "dataKeys": whole("Data keys that are there; the newest encrypts."),
                "kmsKeyArns": {
                    "type": "array",
                    "description": "KMS keys that wrap them.",
                    "items": {"type": "string"},
                },
            },
        ),
        "services": whole("Services of the warehouse.", minimum=0),
        "credentialsSecret": text("Name of the Secret with the passwords."),
        "since": moment("When the phase began."),
        "backups": BACKUPS_STATUS,
        "restore": RESTORE_STATUS,
        "conditions": CONDITIONS,
    },
)

ROOT: Schema = record(
    "Data and users that up to five services share.",
    {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"type": "object"},
        "spec": SPEC,
        "status": STATUS,
    },
    required=["spec"],
    rules=[short_name_rule("warehouse", WAREHOUSE_NAME_MAX)],
)
