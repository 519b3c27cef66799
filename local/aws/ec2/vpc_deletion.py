"""Deleting VPCs, subnets and security groups: refused while something stands on them."""

from __future__ import annotations

from collections.abc import Iterator

from moto.core.responses import ActionResult
from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.responses import EC2Response


class DependencyChecks(EC2Response):
    def delete_vpc(self) -> ActionResult:
        vpc = self._get_param("VpcId")
        if next(self.dependents(vpc), None):
            raise DependencyViolationError(
                f"The vpc '{vpc}' has dependencies and cannot be deleted."
            )
        answer = super().delete_vpc()
        acls = self.ec2_backend.network_acls
        for id_ in [acl.id for acl in acls.values() if acl.vpc_id == vpc]:
            del acls[id_]
        return answer

    def dependents(self, vpc: str) -> Iterator[str]:
        backend = self.ec2_backend
        yield from (g.id for g in backend.internet_gateways.values() if g.vpc and g.vpc.id == vpc)
        yield from (g.id for g in backend.groups.get(vpc, {}).values() if g.name != "default")
        yield from (
            acl.id for acl in backend.network_acls.values() if acl.vpc_id == vpc and not acl.default
        )
        yield from (
            endpoint.id
            for endpoint in backend.vpc_end_points.values()
            if endpoint.vpc_id == vpc and endpoint.state != "deleted"
        )
        attachments = backend.transit_gateway_attachments.values()
        yield from (attachment.id for attachment in attachments if attachment.resource_id == vpc)

    def delete_security_group(self) -> ActionResult:
        group = self._get_param("GroupId")
        if group and next(self.users(group), None):
            raise DependencyViolationError(f"resource {group} has a dependent object")
        return super().delete_security_group()

    def users(self, group: str) -> Iterator[str]:
        backend = self.ec2_backend
        for eni in backend.enis.values():
            yield from (eni.id for used in eni.group_set if used.id == group)
        for other in (g for groups in backend.groups.values() for g in groups.values()):
            if other.id != group:
                rules = [*other.ingress_rules, *other.egress_rules]
                yield from (r.id for r in rules if r.source_group.get("GroupId") == group)

    def delete_subnet(self) -> ActionResult:
        subnet = self._get_param("SubnetId")
        attachments = self.ec2_backend.transit_gateway_attachments.values()
        attached = any(subnet in getattr(item, "subnet_ids", ()) for item in attachments)
        if attached or any(eni.subnet.id == subnet for eni in self.ec2_backend.enis.values()):
            raise DependencyViolationError(
                f"The subnet '{subnet}' has dependencies and cannot be deleted."
            )
        return super().delete_subnet()
