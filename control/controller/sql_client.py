"""SQL over a replica's HTTP interface."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

from control.controller.cluster import ClusterError, Login
from control.warehouses.server_config import HTTP_PORT

Row = dict[str, Any]
QUICKLY, PATIENTLY = timedelta(seconds=5), timedelta(seconds=60)
LONGEST_ERROR = 500


class SqlError(ClusterError):
    """A replica did not answer, or refused a statement."""


class Sql(Protocol):
    def rows(self, login: Login, address: str, statement: str) -> list[Row]: ...

    def run(
        self,
        login: Login,
        address: str,
        statement: str,
        settings: Mapping[str, str | int] | None = None,
    ) -> None: ...


@dataclass(frozen=True, kw_only=True)
class HttpSql:
    port: int = HTTP_PORT

    def rows(self, login: Login, address: str, statement: str) -> list[Row]:
        """Each row of a statement that ends in FORMAT JSONEachRow."""
        plain = {"output_format_json_quote_64bit_integers": 0}
        text = self.send(login, address, statement, plain, QUICKLY)
        return [json.loads(line) for line in text.splitlines() if line]

    def run(
        self,
        login: Login,
        address: str,
        statement: str,
        settings: Mapping[str, str | int] | None = None,
    ) -> None:
        self.send(login, address, statement, settings or {}, PATIENTLY)

    def send(
        self,
        login: Login,
        address: str,
        statement: str,
        settings: Mapping[str, str | int],
        patience: timedelta,
    ) -> str:
        connection = http.client.HTTPConnection(
            address, self.port, timeout=patience.total_seconds()
        )
        headers = {"X-ClickHouse-User": login.user, "X-ClickHouse-Key": login.password}
        try:
            connection.request("POST", f"/?{urlencode(settings)}", statement.encode(), headers)
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            raise SqlError(f"{address}:{self.port} does not answer: {error}") from error
        finally:
            connection.close()
        if response.status != http.client.OK:
            raise SqlError(f"{address}:{self.port} refused: {text.strip()[:LONGEST_ERROR]}")
        return text
