"""The way in for troubleshooting: outbound only, and only where it is switched on."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from infra.config.section import Cidr, Finding, Secret, SecretText, Section, matching, wrong

if TYPE_CHECKING:
    from infra.config.stack import StackConfig

KEY_PREFIXES = ("tskey-auth-", "tskey-client-")
HOW_TO_SET = "pulumi config set --secret --path 'byoc:tailscale.authKey'"


def _auth_key(value: Secret) -> Secret:
    if value.text is not None and not value.text.startswith(KEY_PREFIXES):
        raise wrong(
            "is no Tailscale key",
            f"a key that begins with tskey-auth- or tskey-client-: {HOW_TO_SET}",
        )
    return value


TailnetTag = Annotated[
    str,
    AfterValidator(
        matching(r"tag:[a-zA-Z][a-zA-Z0-9-]*", "is no tag of a tailnet", "tag:clickhouse-byoc")
    ),
]

KubernetesName = Annotated[
    str,
    AfterValidator(
        matching(
            r"(?=.{1,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?",
            "is no Kubernetes name",
            "1 to 63 lower-case letters, digits and hyphens",
        )
    ),
]


class TailscaleConfig(Section):
    enabled: bool = Field(False, description="Whether a subnet router is installed")
    auth_key: Annotated[SecretText, AfterValidator(_auth_key)] | None = Field(
        None, description=f"Auth key or OAuth client secret: {HOW_TO_SET}"
    )
    auth_key_file: str | None = Field(
        None,
        min_length=1,
        description="File that holds the key, relative to Pulumi.yaml, instead of authKey",
    )
    existing_secret: KubernetesName | None = Field(
        None,
        description="Secret in byoc-tailscale with the key under authkey, instead of authKey",
    )
    tags: tuple[TailnetTag, ...] = Field(
        ("tag:clickhouse-byoc",), min_length=1, description="Tags of the router in the tailnet"
    )
    hostname: KubernetesName | None = Field(
        None, description="Name in the tailnet; <name>-router when absent"
    )
    routes: tuple[Cidr, ...] = Field(
        (), description="Networks that the tailnet may reach; the Service addresses when absent"
    )


def check_tailscale(config: "StackConfig") -> Iterator[Finding]:
    tailscale = config.tailscale
    forms = {
        "authKey": tailscale.auth_key,
        "authKeyFile": tailscale.auth_key_file,
        "existingSecret": tailscale.existing_secret,
    }
    given = [name for name, value in forms.items() if value is not None]
    also = tuple(("tailscale", name) for name in forms)
    if len(given) > 1:
        for name in given[1:]:
            yield Finding(
                ("tailscale", name),
                f"is a second key beside {given[0]}",
                "exactly one of authKey, authKeyFile and existingSecret",
                also,
            )
    if tailscale.enabled and not given:
        yield Finding(
            ("tailscale", "authKey"),
            "though tailscale is enabled",
            f"{HOW_TO_SET}; or authKeyFile or existingSecret",
            (*also, ("tailscale", "enabled")),
        )
