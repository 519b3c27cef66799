"""A Keeper member's /metrics and /ready, from what ZooKeeper says of itself."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Collection
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TIMEOUT_S = 2
ANSWER_BYTES = 1 << 16
# Names as Keeper gives them; ZooKeeper's on the left.
METRICS = {
    "zk_avg_latency": "KeeperAvgLatency",
    "zk_max_latency": "KeeperMaxLatency",
    "zk_packets_received": "KeeperPacketsReceived",
    "zk_packets_sent": "KeeperPacketsSent",
    "zk_num_alive_connections": "KeeperAliveConnections",
    "zk_outstanding_requests": "KeeperOutstandingRequests",
    "zk_znode_count": "KeeperZnodeCount",
    "zk_watch_count": "KeeperWatchCount",
    "zk_ephemerals_count": "KeeperEphemeralsCount",
    "zk_approximate_data_size": "KeeperApproximateDataSize",
    "zk_open_file_descriptor_count": "KeeperOpenFileDescriptorCount",
    "zk_max_file_descriptor_count": "KeeperMaxFileDescriptorCount",
}
SERVERS = re.compile(r"^server\.(\d+)=", re.MULTILINE)
STATES = {"leader": "KeeperIsLeader", "follower": "KeeperIsFollower"}


def serve(address: str, port: int, client_port: int, own: int) -> ThreadingHTTPServer:
    """Answer in threads of this process until it ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            report = ask(address, client_port, "mntr")
            counted = {int(n) for n in SERVERS.findall(say(address, client_port, "conf"))}
            if self.path == "/ready":
                ready = "zk_server_state" in report and own in counted
                code = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
                self.answer(code, '{"status":"' + ("ok" if ready else "fail") + '"}\n')
            elif self.path == "/metrics":
                self.answer(HTTPStatus.OK, metrics_text(report, own, counted))
            else:
                self.answer(HTTPStatus.NOT_FOUND, "There are /metrics and /ready.\n")

        def answer(self, code: HTTPStatus, text: str) -> None:
            content = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            """Requests are not worth a line."""

    server = ThreadingHTTPServer((address, port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name=f"port {port}", daemon=True).start()
    return server


def ask(address: str, port: int, command: str) -> dict[str, str]:
    """The answer to a four-letter word as pairs; empty when there is none."""
    rows = (line.split("\t", 1) for line in say(address, port, command).splitlines())
    return {row[0]: row[1] for row in rows if len(row) == 2}


def say(address: str, port: int, command: str) -> str:
    content = b""
    with (
        contextlib.suppress(OSError),
        socket.create_connection((address, port), timeout=TIMEOUT_S) as connection,
    ):
        connection.sendall(command.encode())
        while chunk := connection.recv(ANSWER_BYTES):
            content += chunk
    return content.decode()


def metrics_text(report: dict[str, str], own: int, counted: Collection[int]) -> str:
    """Of a member that ZooKeeper lets follow although nobody counts it, Keeper would say less."""
    state = report.get("zk_server_state", "") if own in counted else ""
    values = {ours: report[theirs] for theirs, ours in METRICS.items() if theirs in report}
    values |= {name: str(int(state == key)) for key, name in STATES.items()}
    followers = len(counted) - 1 if state == "leader" else 0
    following = number(report, "zk_synced_followers")
    uncounted = number(report, "zk_synced_non_voting_followers")
    values["KeeperFollowers"] = str(followers)
    values["KeeperSyncedFollowers"] = str(min(max(following - uncounted, 0), followers))
    return "".join(
        f"# TYPE ClickHouseAsyncMetrics_{name} gauge\nClickHouseAsyncMetrics_{name} {value}\n"
        for name, value in values.items()
    )


def number(report: dict[str, str], name: str) -> int:
    return int(float(report.get(name, 0)))
