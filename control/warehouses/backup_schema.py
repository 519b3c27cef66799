"""The schema of Backup, and the sections on backups in the schema of Warehouse."""

from control.warehouses.backup import PERIOD_HOURS, RETENTION_HOURS, BackupPhase
from control.warehouses.schema_parts import (
    Schema,
    choice,
    fixed,
    moment,
    record,
    rule,
    switch,
    text,
    whole,
)

BUCKET_PATTERN = r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"
ROLE_PATTERN = r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/(.+/)?ClickHouseAccessRole-[^/]+$"
OBJECT_PATTERN = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"
PREFIX_PATTERN = r"^([A-Za-z0-9!_.()-]+/)*[A-Za-z0-9!_.()-]+/?$"
MOST_TABLES = 1000


def rights(of: str) -> dict[str, Schema]:
    """Whose rights on a bucket are used; a Secret is named, never copied."""
    return {
        "region": text(f"Region of {of}; the deployment's when absent.", maxLength=32),
        "roleArn": text(
            f"Role that is taken on for {of}; the servers' own identity when absent.",
            pattern=ROLE_PATTERN,
            maxLength=2048,
        ),
        "roleSessionName": text("Name of the session under that role.", maxLength=64),
        "credentialsSecret": text(
            f"Secret with access_key_id and secret_access_key for {of}.",
            pattern=OBJECT_PATTERN,
            maxLength=253,
        ),
    }


ONE_IDENTITY = rule(
    "!(has(self.roleArn) && has(self.credentialsSecret))",
    "give roleArn or credentialsSecret, not both",
)

PLAN = record(
    "Scheduled backups of the warehouse, made by its primary.",
    {
        "enabled": switch("Whether backups are made on schedule.", default=True),
        "periodHours": whole(
            "Hours from one backup to the next; with startTime 48 means every other day.",
            enum=list(PERIOD_HOURS),
            default=24,
        ),
        "retentionHours": whole(
            "Hours that a backup is kept; the newest good one is kept in any case.",
            enum=list(RETENTION_HOURS),
            default=24,
        ),
        "startTime": text(
            "Hour of the day in UTC, as HH:00; it wins over periodHours.",
            pattern="^([01][0-9]|2[0-3]):00$",
        ),
        "bucket": record(
            "A bucket of the customer's own; the deployment's backup bucket when absent.",
            {
                "name": text("Name of the bucket.", pattern=BUCKET_PATTERN, maxLength=63),
                "path": text(
                    "Folder in it for the backups of this warehouse.",
                    pattern=PREFIX_PATTERN,
                    maxLength=512,
                ),
                **rights("the bucket"),
            },
            required=["name"],
            rules=[ONE_IDENTITY],
        ),
    },
    default={},
)

RESTORE_FROM = record(
    "Fill this warehouse from a backup when it is new; services can be added at once.",
    {
        "backup": text("Name of a Backup.", pattern=OBJECT_PATTERN, maxLength=253),
        "warehouse": text(
            "Warehouse whose newest good backup is taken.", pattern=OBJECT_PATTERN, maxLength=63
        ),
        "at": moment("With warehouse: the newest good backup begun at or before this moment."),
        "location": record(
            "A backup of another cluster, where no Backup object is here.",
            {
                "bucket": text("Name of the bucket.", pattern=BUCKET_PATTERN, maxLength=63),
                "prefix": text(
                    "Folder of the warehouse's backups, as status.place.prefix of the Backup.",
                    pattern=PREFIX_PATTERN,
                    maxLength=512,
                ),
                "path": text(
                    "The backup below it, as status.path of the Backup.",
                    pattern=PREFIX_PATTERN,
                    maxLength=512,
                ),
                **rights("the bucket"),
            },
            required=["bucket", "prefix", "path"],
            rules=[ONE_IDENTITY],
        ),
    },
    rules=[
        rule(
            "[has(self.backup), has(self.warehouse), has(self.location)].filter(x, x).size() == 1",
            "restoreFrom names one of backup, warehouse and location",
        ),
        rule("!has(self.at) || has(self.warehouse)", "restoreFrom.at goes with warehouse"),
        fixed("restoreFrom"),
    ],
)


def named(description: str) -> Schema:
    return {"type": "array", "description": description, "items": text("Its name.")}


PLACE = record(
    "Where backups lie.",
    {
        "bucket": text("Name of the bucket."),
        "prefix": text("Folder of the warehouse's backups."),
        **rights("the bucket"),
    },
)

TABLE = record(
    "What one table held.",
    {
        "database": text("Its database."),
        "table": text("Its name."),
        "parts": whole("Parts of data."),
        "rows": whole("Rows in them.", format="int64"),
        "bytes": whole("Bytes of them, compressed.", format="int64"),
        "checksum": text("Sum over the parts' own hashes; equal when the data is."),
    },
)

RESTORE_STATUS = record(
    "How far the restore of this warehouse is.",
    {
        "phase": choice("In one word.", ["Pending", "Chosen", "Restoring", "Done", "Failed"]),
        "reason": text("The rule that gave the phase."),
        "message": text("The same for people."),
        "backup": text("Name of the Backup that is read."),
        "place": PLACE,
        "path": text("The backup below the place's prefix."),
        "databases": named("Databases that are restored."),
        "localDatabases": named("Databases that only the replica has which restores."),
        "id": text("Name of the operation on the replica."),
        "step": text("What is being done now."),
        "attempt": whole("How often the statement of this step has been tried."),
        "retryAt": moment("When the next attempt begins."),
        "firstError": text("What this step failed with at first."),
        "sent": switch("The statement of this step has been sent."),
        "replica": text("Replica that restores; the others fetch from it."),
        "startedAt": moment("When it began."),
        "finishedAt": moment("When it ended."),
        "tables": whole("Tables that were compared with the backup's figures."),
        "differing": {
            "type": "array",
            "description": "Tables that differ from the backup's figures.",
            "items": text("Database and table, with both figures."),
        },
    },
)

STATUS = record(
    "What the controller recorded of this backup.",
    {
        "phase": choice("In one word.", [phase.value for phase in BackupPhase]),
        "reason": text("The rule that gave the phase.", maxLength=128),
        "message": text("The same for people.", maxLength=2048),
        "observedGeneration": whole("Generation of the spec this status is about.", minimum=0),
        "attempt": whole("Attempts begun so far."),
        "id": text("Name of the operation in system.backups of the replica."),
        "replica": text("Replica that writes it."),
        "sent": switch("The statement has been sent."),
        "place": PLACE,
        "location": text("Where it lies, for people."),
        "path": text("Its folder below the place's prefix."),
        "type": choice("What it holds.", ["full", "incremental"]),
        "base": text("The Backup that it adds to."),
        "chain": whole("Backups that a restore of it reads."),
        "startedAt": moment("When the last attempt began."),
        "silentSince": moment("Since when its replica does not answer."),
        "finishedAt": moment("When it ended."),
        "retryAt": moment("When the next attempt begins."),
        "expiresAt": moment("When it may be deleted."),
        "durationSeconds": whole("Seconds from start to end."),
        "databases": named("Databases in it."),
        "localDatabases": named("Databases in it that only its replica had."),
        "filesWritten": whole("Files written to the bucket so far.", format="int64"),
        "files": whole("Files in it, those of its bases too.", format="int64"),
        "sizeBytes": whole("Bytes that it added to the bucket.", format="int64"),
        "totalBytes": whole("Bytes that a restore reads, from its bases too.", format="int64"),
        "rows": whole("Rows of all tables with figures.", format="int64"),
        "tables": {
            "type": "array",
            "description": "Figures of its tables, to compare a restore with.",
            "items": TABLE,
            "maxItems": MOST_TABLES,
        },
        "tablesOmitted": whole("Tables without figures."),
    },
)

ROOT: Schema = record(
    "One backup of a warehouse. Deleting it deletes its objects in the bucket.",
    {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"type": "object"},
        "spec": record(
            "What is to be backed up.",
            {
                "warehouse": text(
                    "Warehouse that is backed up, by its primary.",
                    pattern=OBJECT_PATTERN,
                    maxLength=63,
                ),
                "type": choice(
                    "Full, or on top of an earlier one where that is possible.",
                    ["auto", "full"],
                    default="auto",
                ),
                "retentionHours": whole(
                    "Hours that it is kept; the warehouse's retention when absent.",
                    minimum=1,
                    maximum=87600,
                ),
                "trigger": choice(
                    "Who asked for it.", ["onDemand", "schedule"], default="onDemand"
                ),
                "scheduledFor": moment("The moment of the schedule that it stands for."),
            },
            required=["warehouse"],
            rules=[
                rule(
                    "self.trigger != 'schedule' || has(self.scheduledFor)",
                    "a backup of the schedule has scheduledFor",
                ),
                fixed("spec"),
            ],
        ),
        "status": STATUS,
    },
    required=["spec"],
)
