"""The hosts of rule packs, by their own names and at their own ports, led to servers of tests."""

from __future__ import annotations

from typing import Any

from keyguard.remote.host_addresses import Resolve
from tests.remote.playing import Vendor


class Redirected:
    """Connections that go to the servers of the test, by the name of the host that was asked for."""

    def __init__(self, servers: dict[str, Vendor]) -> None:
        self.servers = servers
        self.wanted: list[str] = []

    def client(self, original: Any) -> Any:
        """A client whose hosts are the played ones."""

        def make(network: Any, ask: Resolve | None = None) -> Any:
            made = original(network, lambda host, port: ["127.0.0.1"])
            connection = made._connection

            def connect(host: str, port: int) -> Any:
                self.wanted.append(host)
                played = self.servers[host]
                made._network = type(network)(allow_hosts=(host,), ca_file=str(played.ca_file), pause=0.0)
                found = connection(host, port)
                found.port = played.port
                return found

            made._connection = connect
            return made

        return make
