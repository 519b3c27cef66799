"""The environment, command and arguments of a container."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from local.kubelet.cluster.objects import Json
from local.kubelet.errors import ConfigurationError
from local.kubelet.model.container import Container
from local.kubelet.pods.configs import ConfigKind, Configs
from local.kubelet.pods.expansion import expand
from local.kubelet.pods.fields import PodFacts, field_value, resource_value


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """What the container is started with; the environment may hold secrets."""

    env: Mapping[str, str] = field(repr=False)
    command: tuple[str, ...]
    args: tuple[str, ...]


def render(
    container: Container, facts: PodFacts, configs: Configs, services: Mapping[str, str]
) -> Rendered:
    """`services` are the variables of the Services in the pod's namespace: anything else overrides
    them."""
    own = dict(from_sources(container, facts, configs))
    for variable in container.env:
        value = value_of(variable, container, facts, configs, {**services, **own})
        if value is not None:
            own[variable["name"]] = value
    env = {**services, **own}
    return Rendered(
        env=env,
        command=tuple(expand(word, env) for word in container.command),
        args=tuple(expand(word, env) for word in container.args),
    )


def from_sources(
    container: Container, facts: PodFacts, configs: Configs
) -> Iterator[tuple[str, str]]:
    for source in container.env_from:
        prefix = source.get("prefix") or ""
        for kind, field_name in (
            (ConfigKind.CONFIG_MAP, "configMapRef"),
            (ConfigKind.SECRET, "secretRef"),
        ):
            if reference := source.get(field_name):
                data = configs.find(kind, reference["name"])
                if data is None and not reference.get("optional"):
                    raise ConfigurationError(f'{kind} "{reference["name"]}" not found')
                for name, value in (data or {}).items():
                    yield prefix + name, text(value)


def value_of(
    variable: Json,
    container: Container,
    facts: PodFacts,
    configs: Configs,
    known: Mapping[str, str],
) -> str | None:
    """None leaves the variable out: its key is absent and optional."""
    source = variable.get("valueFrom")
    if not source:
        return expand(variable.get("value") or "", known)
    if reference := source.get("fieldRef"):
        return field_value(facts, reference["fieldPath"])
    if reference := source.get("resourceFieldRef"):
        return resource_value(facts, reference, container)
    if reference := source.get("configMapKeyRef"):
        return from_key(ConfigKind.CONFIG_MAP, "ConfigMap", reference, facts, configs)
    if reference := source.get("secretKeyRef"):
        return from_key(ConfigKind.SECRET, "Secret", reference, facts, configs)
    raise ConfigurationError(
        f"the source of variable {variable['name']} is of a kind that the local cloud lacks: "
        f"{', '.join(source)}"
    )


def from_key(
    kind: ConfigKind, title: str, reference: Json, facts: PodFacts, configs: Configs
) -> str | None:
    name, key, optional = reference["name"], reference["key"], reference.get("optional")
    data = configs.find(kind, name)
    if data is None:
        if optional:
            return None
        raise ConfigurationError(f'{kind} "{name}" not found')
    if key not in data:
        if optional:
            return None
        place = f"{facts.pod.namespace}/{name}"
        raise ConfigurationError(f"couldn't find key {key} in {title} {place}")
    return text(data[key])


def text(value: bytes) -> str:
    return value.decode(errors="surrogateescape")


def service_variables(services: list[Json], links: bool, api: Mapping[str, str]) -> dict[str, str]:
    """The variables of the Services of one namespace, and the API server's address."""
    variables: dict[str, str] = {}
    if links:
        for service in services:
            address = service["spec"].get("clusterIP")
            if address and address != "None" and service["spec"].get("ports"):
                variables.update(of_service(service, address))
    return {**variables, **api}


def of_service(service: Json, address: str) -> Iterator[tuple[str, str]]:
    prefix = variable_name(service["metadata"]["name"])
    ports = service["spec"]["ports"]
    yield f"{prefix}_SERVICE_HOST", address
    yield f"{prefix}_SERVICE_PORT", str(ports[0]["port"])
    for port in ports:
        if port.get("name"):
            yield f"{prefix}_SERVICE_PORT_{variable_name(port['name'])}", str(port["port"])
    for index, port in enumerate(ports):
        protocol = port.get("protocol") or "TCP"
        url = f"{protocol.lower()}://{address}:{port['port']}"
        if index == 0:
            yield f"{prefix}_PORT", url
        link = f"{prefix}_PORT_{port['port']}_{protocol}"
        yield link, url
        yield f"{link}_PROTO", protocol.lower()
        yield f"{link}_PORT", str(port["port"])
        yield f"{link}_ADDR", address


def variable_name(name: str) -> str:
    return name.upper().replace("-", "_")
