"""Facts about what exists, out of moto's backends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.ec2.models import ec2_backends
from moto.eks.models import eks_backends
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends

from local.aws.iam.callers import PARTITION
from local.aws.iam.calls.facts import RoleFacts, Tags, pairs


@dataclass(frozen=True, kw_only=True)
class MotoFacts:
    account: str
    region: str

    def tags(self, arn: str) -> Tags:
        service, resource = arn.split(":")[2], arn.split(":", 5)[5]
        if service == "eks":
            return dict(next((t for found, t in self._eks.tagged() if found == arn), {}))
        if service == "kms":
            return self._tagged_by_service(self._kms, resource.removeprefix("key/"))
        if service == "logs":
            return self._tagged_by_service(logs_backends[self.account][self.region], arn)
        if service == "iam" and resource.startswith("policy/"):
            policy = self._iam.managed_policies.get(arn)
            return as_tags(policy.tags) if policy else {}
        return {}

    def ec2_tags(self, id_: str) -> Tags:
        return dict(self._ec2.tags.get(id_, {}))

    def role(self, name: str) -> RoleFacts | None:
        try:
            role = self._iam.get_role(name)
        except NotFoundException:
            return None
        return RoleFacts(
            arn=role.arn, tags=as_tags(role.tags), boundary=role.permissions_boundary_arn or None
        )

    def key_arn(self, key: str) -> str | None:
        name = key.split(":")[-1]
        if name.startswith("alias/"):
            name = self.aliased_key(name) or ""
        found = self._kms.keys.get(name.removeprefix("key/"))
        return str(found.arn) if found else None

    def aliased_key(self, alias: str) -> str | None:
        found = self._kms.get_key_id_from_alias(alias)
        return str(found) if found else None

    def ec2_ids(self, id_: str) -> tuple[str, ...]:
        if id_.startswith("rtbassoc-"):
            for table in self._ec2.route_tables.values():
                if id_ in table.all_associations_ids:
                    target = table._associations.get(id_)
                    return tuple(filter(None, (table.id, target)))
        if id_.startswith("eipassoc-"):
            for address in self._ec2.addresses.values():
                if address.association_id == id_:
                    return (address.allocation_id,)
        if id_.startswith("sgr-"):
            for group in self._groups():
                if any(rule.id == id_ for rule in (*group.ingress_rules, *group.egress_rules)):
                    return (group.id,)
        return ()

    def template_id(self, name: str) -> str | None:
        found = self._ec2.launch_template_name_to_ids.get(name)
        return str(found) if found else None

    def eks_arn(self, kind: str, cluster: str, name: str) -> str | None:
        found = self._eks.clusters.get(cluster)
        if found is None:
            return None
        parts: dict[str, tuple[Mapping[str, Any], str]] = {
            "nodegroup": (found.nodegroups, "arn"),
            "addon": (found.addons, "addon_arn"),
            "access-entry": (found.access_entries, "access_entry_arn"),
            "podidentityassociation": (found.pod_identities, "association_arn"),
        }
        items, attribute = parts[kind]
        item = items.get(name)
        return str(getattr(item, attribute)) if item is not None else None

    def bucket_account(self, bucket: str) -> str | None:
        found = s3_backends.bucket_accounts.get(bucket)
        return str(found[1]) if found else None

    def _groups(self) -> list[Any]:
        return [group for groups in self._ec2.groups.values() for group in groups.values()]

    @staticmethod
    def _tagged_by_service(backend: Any, name: str) -> Tags:
        return dict(backend.tagger.get_tag_dict_for_resource(name))

    @property
    def _ec2(self) -> Any:
        return ec2_backends[self.account][self.region]

    @property
    def _eks(self) -> Any:
        return eks_backends[self.account][self.region]

    @property
    def _iam(self) -> Any:
        return iam_backends[self.account][PARTITION]

    @property
    def _kms(self) -> Any:
        return kms_backends[self.account][self.region]


def as_tags(tags: Any) -> dict[str, str]:
    """moto keeps tags as a list, or by key with key and value inside."""
    if isinstance(tags, Mapping) and any(isinstance(tag, Mapping) for tag in tags.values()):
        return pairs(list(tags.values()))
    return pairs(tags)
