"""Where the clients of a service are led: to its replicas, or to the activator while it sleeps."""

import hashlib
from collections.abc import Sequence

from control.warehouses.admission import came_before
from control.warehouses.idle_memory import IdleMemory
from control.warehouses.model import Desired, Front, Service
from control.warehouses.phases import Phase

FIRST_PORT, LAST_PORT = 20_000, 29_999
PORTS_OF_ONE = 2
"""HTTP and, one above, native; TLS is told apart by the name that the client asks for."""


def front_of(
    service: Service, memory: IdleMemory, previous: Phase | None, *, anyone_serves: bool
) -> Front:
    """The activator holds clients from before the replicas stop until the first one serves."""
    if service.activator_port is None or service.deleting or service.desired is Desired.STOPPED:
        return Front.REPLICAS
    if memory.sleep or (previous is Phase.WAKING and not anyone_serves):
        return Front.ACTIVATOR
    return Front.REPLICAS


def activator_port(service: Service, neighbours: Sequence[Service]) -> int | None:
    """The activator's port for this service's plain connections: its own, or a free one.

    Of two services that took one at the same moment the later one chooses anew.
    """
    others = [other for other in neighbours if other.name != service.name]
    mine = service.activator_port
    if mine is not None:
        rivals = [other for other in others if other.activator_port == mine]
        if not any(came_before(other, service) for other in rivals):
            return mine
    if mine is None and not service.idle.enabled:
        return None
    taken = {other.activator_port for other in others}
    ports = range(FIRST_PORT, LAST_PORT, PORTS_OF_ONE)
    start = int(hashlib.sha256(service.uid.encode()).hexdigest(), 16) % len(ports)
    free = (port for port in [*ports[start:], *ports[:start]] if port not in taken)
    return next(free, None)
