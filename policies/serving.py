"""The pack's answers to the engine: a resource is read once, however many rules look at it.

The SDK reads it anew for each policy, of whatever type the resource is: with some hundred rules
that is most of the time that a pack takes. Names, levels, configuration and the words of the
answers stay the SDK's own.
"""

# ruff: noqa: N802 (the names of the protocol's calls)
import gc
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from google.protobuf import json_format  # type: ignore[import-untyped]
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyResource,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import policy as sdk
from pulumi_policy.deserialize import deserialize_properties
from pulumi_policy.proxy import UnknownValueError, unknown_checking_proxy

VALIDATED_AS = {EnforcementLevel.REMEDIATE: EnforcementLevel.MANDATORY}
"""Nothing of ours mends a resource, so what asks for that is refused instead."""


class TypedPolicy(ResourceValidationPolicy):
    """Says for which types it is there, so that it need not be asked about the others."""

    def __init__(self, *, resource_types: Iterable[str], **row: Any) -> None:
        super().__init__(**row)
        self.resource_types = frozenset(resource_types)


class PackServicer(sdk._PolicyAnalyzerServicer):
    def __init__(
        self, name: str, version: str, policies: list[Policy], *rest: Any, **more: Any
    ) -> None:
        super().__init__(name, version, policies, *rest, **more)
        self.pack: dict[str, Any] = {"policyPackName": name, "policyPackVersion": version}
        self.of_stack = [policy for policy in policies if isinstance(policy, StackValidationPolicy)]
        self.of_type = by_type(policies)

    def Analyze(self, request: Any, context: Any) -> Any:
        response = analyzer_pb2.AnalyzeResponse()
        policies = self.of_type.get(request.type, ())
        if policies:
            args = ResourceValidationArgs(
                request.type,
                read(request.properties),
                request.urn,
                request.name,
                self._get_resource_options(request),
                None,
            )
            self.ask(policies, args, response)
        return response

    def AnalyzeStack(self, request: Any, context: Any) -> Any:
        response = analyzer_pb2.AnalyzeResponse()
        self.ask(self.of_stack, StackValidationArgs(self.resources(request.resources)), response)
        return response

    def Remediate(self, request: Any, context: Any) -> Any:
        return analyzer_pb2.RemediateResponse()

    def ask(
        self,
        policies: Sequence[ResourceValidationPolicy | StackValidationPolicy],
        args: Any,
        response: Any,
    ) -> None:
        for policy in policies:
            level = self._get_enforcement_level(policy)
            if level is EnforcementLevel.DISABLED:
                continue
            report = self._create_report_violation(
                response,
                policy.name,
                policy.description,
                VALIDATED_AS.get(level, level),
                policy.severity,
            )
            try:
                policy.validate(args, report)
            except UnknownValueError as error:
                response.diagnostics.append(self.unknown(policy, error))

    def unknown(self, policy: Policy, error: UnknownValueError) -> Any:
        pack = f"{self.pack['policyPackName']}@v{self.pack['policyPackVersion']}"
        return analyzer_pb2.AnalyzeDiagnostic(
            **self.pack,
            policyName=policy.name,
            message=(
                f"can't run policy '{policy.name}' from policy pack '{pack}' during preview:"
                f" {error.message}"
            ),
            description=policy.description,
            enforcementLevel=analyzer_pb2.ADVISORY,
        )

    def resources(self, rows: Iterable[Any]) -> list[PolicyResource]:
        found = {row.urn: self.resource(row) for row in rows}
        for row in rows:
            found[row.urn].property_dependencies = {
                key: [found[urn] for urn in names.urns if urn in found]
                for key, names in row.propertyDependencies.items()
            }
        return list(found.values())

    def resource(self, row: Any) -> PolicyResource:
        opts = self._get_resource_options(row)
        return PolicyResource(
            row.type, read(row.properties), row.urn, row.name, opts, None, None, [], {}
        )


def by_type(policies: Iterable[Policy]) -> Mapping[str, list[TypedPolicy]]:
    found: dict[str, list[TypedPolicy]] = {}
    for policy in policies:
        if isinstance(policy, TypedPolicy):
            for type_ in policy.resource_types:
                found.setdefault(type_, []).append(policy)
        elif not isinstance(policy, StackValidationPolicy):
            raise TypeError(f"{policy.name} must say for which types it is there")
    return found


def read(properties: Any) -> Any:
    """The properties as rules read them: an unknown value says so when it is touched."""
    return unknown_checking_proxy(deserialize_properties(json_format.MessageToDict(properties)))


def serve(pack: str, policies: list[Policy]) -> None:
    """Never returns. The SDK makes its servicer itself, and is told of no other."""
    gc.freeze()  # rules and SDK live as long as the process: no collection need look at them
    sdk._PolicyAnalyzerServicer = PackServicer  # type: ignore[misc]
    sdk.PolicyPack(name=pack, policies=policies)
