"""Replicas that answer SQL from memory, so far as the controller speaks it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from control.controller.cluster import Login
from control.controller.sql_client import Row, SqlError
from control.warehouses import statements


@dataclass
class MemoryReplica:
    rid: str
    engines: dict[str, str] = field(default_factory=lambda: {"default": "Atomic"})
    uuids: dict[str, str] = field(default_factory=dict)
    default_tables: int = 0
    parts: dict[str, list[str]] = field(default_factory=dict)
    local_tables: list[str] = field(default_factory=list)
    answers: bool = True


@dataclass
class MemorySql:
    replicas: dict[str, MemoryReplica]
    """By address."""
    registered: set[tuple[str, str]] = field(default_factory=set)
    """Databases and replicas, as Keeper knows them."""
    said: list[tuple[str, str]] = field(default_factory=list)

    def replica(self, address: str) -> MemoryReplica:
        found = self.replicas.get(address)
        if found is None or not found.answers:
            raise SqlError(f"{address} does not answer")
        return found

    def rows(self, login: Login, address: str, statement: str) -> list[Row]:
        one = self.replica(address)
        if statement == statements.DATABASE_ENGINES:
            return [
                {
                    "name": name,
                    "engine": engine.partition("(")[0],
                    "uuid": one.uuids.get(name, ""),
                    "engine_full": engine,
                    "default_tables": one.default_tables,
                }
                for name, engine in one.engines.items()
            ]
        if statement == statements.HELD_PARTS:
            return [{"database": "default", "table": t, "names": n} for t, n in one.parts.items()]
        if statement == statements.LOCAL_TABLES:
            return [{"name": name} for name in one.local_tables]
        asked = re.search(r"database_replica_name = '(\w+)'", statement)
        assert asked, statement
        return [{"name": name} for name, rid in sorted(self.registered) if rid == asked[1]]

    def run(
        self,
        login: Login,
        address: str,
        statement: str,
        settings: Mapping[str, str | int] | None = None,
    ) -> None:
        one = self.replica(address)
        self.said.append((one.rid, statement))
        created = re.match(r"CREATE DATABASE IF NOT EXISTS `(\w+)` UUID '(.+?)'", statement)
        dropped = re.match(r"DROP DATABASE IF EXISTS `(\w+)` SYNC", statement)
        evicted = re.match(
            r"SYSTEM DROP DATABASE REPLICA 's1\|(\w+)' FROM DATABASE `(\w+)`", statement
        )
        if created:
            path = re.search(r"Replicated\('([^']+)'", statement)
            assert path
            one.engines[created[1]] = f"Replicated('{path[1]}', '{{shard}}', '{{replica}}')"
            one.uuids[created[1]] = created[2]
            self.registered.add((created[1], one.rid))
        elif dropped:
            one.engines.pop(dropped[1], None)
            self.registered.discard((dropped[1], one.rid))
        elif evicted:
            self.registered.discard((evicted[2], evicted[1]))
