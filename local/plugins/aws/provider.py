"""The plugin: the settings of the provider, and the table of its types over one account."""

from __future__ import annotations

from collections.abc import Iterable

from local.plugins.aws.cloud import Cloud
from local.plugins.aws.config import CONFIG_KEYS, AwsConfig, config_failures, read_config
from local.plugins.aws.functions import FUNCTIONS, call_function
from local.plugins.aws.table import FORMER_NAMES, TYPES
from local.plugins.provider import Failure, Props, Provider, UnsupportedTypeError


class AwsProvider(Provider):
    name = "aws"
    sdk = "pulumi-aws"
    config = CONFIG_KEYS

    def __init__(self) -> None:
        super().__init__()
        self.use(Cloud(AwsConfig()))

    def use(self, cloud: Cloud) -> None:
        self.cloud = cloud
        resources = {token: type_(cloud) for token, type_ in TYPES.items()}
        self.resources = resources | {
            former: resources[token] for former, token in FORMER_NAMES.items()
        }

    def configure(self, config: Props) -> None:
        self.use(Cloud(read_config(config)))

    def check_config(self, config: Props) -> Iterable[Failure]:
        yield from super().check_config(config)
        yield from config_failures(config)

    def invoke(self, token: str, args: Props) -> Props:
        if token not in FUNCTIONS:
            raise UnsupportedTypeError(self._unsupported("function", token, FUNCTIONS))
        return call_function(self.cloud, token, args)
