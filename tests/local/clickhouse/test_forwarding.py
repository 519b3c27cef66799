from __future__ import annotations

import socket
import threading

from local.clickhouse.forwarding import CREDENTIALS, accept_credentials_address, forward


def echo(listener: socket.socket) -> None:
    """Send one connection's bytes back once they have all come."""
    connection, _ = listener.accept()
    content = b""
    while chunk := connection.recv(1 << 16):
        content += chunk
    connection.sendall(content)
    connection.close()


def test_bytes_go_both_ways_and_ends_are_passed_on(network: str) -> None:
    with socket.create_server((f"{network}.8", 0)) as listener:
        threading.Thread(target=echo, args=[listener], daemon=True).start()
        near = forward((f"{network}.7", 0), listener.getsockname())
        content = bytes(range(256)) * 4096
        with socket.create_connection(near, timeout=10) as connection:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            received = b""
            while chunk := connection.recv(1 << 16):
                received += chunk
    assert received == content


def test_only_a_loopback_address_that_the_sdk_refuses_is_replaced(network: str) -> None:
    kept = (
        "http://169.254.170.23/v1/credentials",
        "http://127.0.0.9:8180/v1/credentials",
        "https://credentials.example/v1",
    )
    for url in kept:
        env = {CREDENTIALS: url}
        accept_credentials_address(env)
        assert env[CREDENTIALS] == url
    env = {CREDENTIALS: f"http://{network}.8:8180/v1/credentials"}
    accept_credentials_address(env)
    assert env[CREDENTIALS].startswith("http://127.0.0.1:")
    assert env[CREDENTIALS].endswith("/v1/credentials")
