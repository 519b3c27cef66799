"""The typed configuration of a stack: the keys of the byoc: namespace."""

from infra.config.document import load, load_file
from infra.config.parsing import parse
from infra.config.problem import ConfigError, Problem
from infra.config.stack import StackConfig, StackKind

__all__ = ["ConfigError", "Problem", "StackConfig", "StackKind", "load", "load_file", "parse"]
