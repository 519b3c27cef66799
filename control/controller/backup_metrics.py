"""How old the newest good backup of each warehouse is, and how its backups go."""

from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge

from control.warehouses.backup import Backup
from control.warehouses.backup_chain import finished


class BackupMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.last = Gauge(
            "byoc_warehouse_last_backup_timestamp_seconds",
            "When the data of the newest good backup was read, or now where a sleeping warehouse"
            " has no other data; before the first one, when the warehouse was made.",
            ["warehouse"],
            registry=registry,
        )
        self.period = Gauge(
            "byoc_warehouse_backup_period_seconds",
            "Time from one scheduled backup to the next.",
            ["warehouse"],
            registry=registry,
        )
        self.size = Gauge(
            "byoc_warehouse_last_backup_bytes",
            "Bytes that the newest good backup added to the bucket.",
            ["warehouse"],
            registry=registry,
        )
        self.duration = Gauge(
            "byoc_warehouse_last_backup_duration_seconds",
            "Seconds that the newest good backup took.",
            ["warehouse"],
            registry=registry,
        )
        self.attempts = Counter(
            "byoc_backup_attempts_total",
            "Attempts that ended, by warehouse and result.",
            ["warehouse", "result"],
            registry=registry,
        )

    def tell(
        self,
        warehouse: str,
        made_at: datetime | None,
        period: timedelta | None,
        backups: tuple[Backup, ...],
        whole_at: datetime | None = None,
    ) -> None:
        """Nothing is told of a warehouse that is gone or has no scheduled backups.

        `whole_at`: the newest has all the data still then, as the primary sleeps.
        """
        if made_at is None or period is None:
            self.forget(warehouse)
            return
        done = [backup for backup in backups if backup.done and not backup.deleting]
        newest = max(done, key=finished, default=None)
        moment = whole_at or (newest.started_at if newest else None) or made_at
        self.last.labels(warehouse).set(moment.timestamp())
        self.period.labels(warehouse).set(period.total_seconds())
        if newest is not None:
            self.size.labels(warehouse).set(newest.size_bytes)
            self.duration.labels(warehouse).set((newest.duration or timedelta(0)).total_seconds())

    def forget(self, warehouse: str) -> None:
        for gauge in (self.last, self.period, self.size, self.duration):
            gauge.remove_by_labels({"warehouse": warehouse})
