"""EKS's operations over HTTP: each takes the request's fields, calls one function and answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.eks.models import eks_backends
from moto.eks.responses import EKSResponse

from local.aws.eks import access, addons, cluster_update, node_group, pod_identity
from local.aws.eks.backend import LocalEksBackend
from local.aws.eks.cluster import LocalCluster
from local.aws.eks.errors import not_found
from local.aws.eks.updates import Document, Update
from local.aws.iam.callers import caller_of

PAGE = 100


class LocalEksResponse(EKSResponse):
    def __init__(self) -> None:
        super().__init__()
        self.automated_parameter_parsing = True

    @property
    def eks_backend(self) -> LocalEksBackend:
        backend = eks_backends[self.current_account][self.region]
        assert isinstance(backend, LocalEksBackend)
        return backend

    @property
    def request(self) -> Document:
        return dict(self.params)

    @property
    def cluster(self) -> LocalCluster:
        return self.eks_backend.cluster(self.request["clusterName"])

    def page(self, name: str, found: Iterable[Any], **more: Any) -> ActionResult:
        """One page of a listing; the token is the position."""
        items = list(found)
        start = int(self.request.get("nextToken") or 0)
        end = start + int(self.request.get("maxResults") or PAGE)
        token = str(end) if end < len(items) else None
        return ActionResult({name: items[start:end], "nextToken": token, **more})

    def create_cluster(self) -> ActionResult:
        creator = caller_of(self.current_account, self.access_key)
        cluster = self.eks_backend.new_cluster(self.request, creator)
        return ActionResult({"cluster": cluster.describe()})

    def describe_cluster(self) -> ActionResult:
        return ActionResult({"cluster": self.eks_backend.cluster(self.request["name"]).describe()})

    def list_clusters(self) -> ActionResult:
        return self.page("clusters", sorted(self.eks_backend.clusters))

    def delete_cluster(self) -> ActionResult:
        cluster = self.eks_backend.remove_cluster(self.request["name"])
        return ActionResult({"cluster": cluster.describe()})

    def update_cluster_config(self) -> ActionResult:
        cluster = self.eks_backend.cluster(self.request["name"])
        return self.noted(cluster.updates, cluster_update.update_config(cluster, self.request))

    def update_cluster_version(self) -> ActionResult:
        cluster = self.eks_backend.cluster(self.request["name"])
        update = cluster_update.update_version(cluster, self.request["version"])
        return self.noted(cluster.updates, update)

    def associate_encryption_config(self) -> ActionResult:
        cluster = self.cluster
        update = cluster_update.associate_encryption(cluster, self.request["encryptionConfig"])
        return self.noted(cluster.updates, update)

    def noted(self, updates: dict[str, Update], update: Update) -> ActionResult:
        updates[update.id] = update
        return ActionResult({"update": update})

    def describe_update(self) -> ActionResult:
        request = self.request
        updates = self.eks_backend.updates(request["name"], request.get("nodegroupName"))
        update = updates.get(request["updateId"])
        if update is None:
            raise not_found("update", request["updateId"])
        return ActionResult({"update": update})

    def list_updates(self) -> ActionResult:
        request = self.request
        updates = self.eks_backend.updates(request["name"], request.get("nodegroupName"))
        return self.page("updateIds", updates)

    def create_nodegroup(self) -> ActionResult:
        nodes = self.eks_backend.new_nodegroup(self.request)
        return ActionResult({"nodegroup": nodes.describe()})

    def describe_nodegroup(self) -> ActionResult:
        return ActionResult({"nodegroup": self.nodes().describe()})

    def nodes(self) -> node_group.LocalNodegroup:
        request = self.request
        return self.eks_backend.nodegroup(request["clusterName"], request["nodegroupName"])

    def list_nodegroups(self) -> ActionResult:
        return self.page("nodegroups", sorted(self.cluster.nodegroups))

    def delete_nodegroup(self) -> ActionResult:
        request = self.request
        nodes = self.eks_backend.remove_nodegroup(request["clusterName"], request["nodegroupName"])
        return ActionResult({"nodegroup": nodes.describe()})

    def update_nodegroup_config(self) -> ActionResult:
        nodes = self.nodes()
        group = self.eks_backend.autoscaling_group(nodes)
        return self.noted(nodes.updates, node_group.update_config(nodes, group, self.request))

    def update_nodegroup_version(self) -> ActionResult:
        nodes = self.nodes()
        return self.noted(
            nodes.updates, node_group.update_version(nodes, self.cluster, self.request)
        )

    def create_addon(self) -> ActionResult:
        return ActionResult({"addon": addons.create_addon(self.cluster, self.request)})

    def describe_addon(self) -> ActionResult:
        return ActionResult({"addon": addons.find_addon(self.cluster, self.request["addonName"])})

    def list_addons(self) -> ActionResult:
        return self.page("addons", sorted(self.cluster.addons))

    def update_addon(self) -> ActionResult:
        cluster = self.cluster
        return self.noted(cluster.updates, addons.update_addon(cluster, self.request))

    def delete_addon(self) -> ActionResult:
        return ActionResult({"addon": addons.delete_addon(self.cluster, self.request["addonName"])})

    def create_access_entry(self) -> ActionResult:
        return ActionResult({"accessEntry": access.create_entry(self.cluster, self.request)})

    def describe_access_entry(self) -> ActionResult:
        entry = access.find_entry(self.cluster, self.request["principalArn"])
        return ActionResult({"accessEntry": entry})

    def list_access_entries(self) -> ActionResult:
        cluster, policy = self.cluster, self.request.get("associatedPolicyArn")
        access.require_api_mode(cluster)
        entries = cluster.access_entries.values()
        return self.page(
            "accessEntries",
            [e.principal_arn for e in entries if policy is None or policy in e.policies],
        )

    def update_access_entry(self) -> ActionResult:
        return ActionResult({"accessEntry": access.update_entry(self.cluster, self.request)})

    def delete_access_entry(self) -> ActionResult:
        cluster = self.cluster
        entry = access.find_entry(cluster, self.request["principalArn"])
        del cluster.access_entries[entry.principal_arn]
        return EmptyResult()

    def list_access_policies(self) -> ActionResult:
        policies = [{"name": n, "arn": access.POLICY_PREFIX + n} for n in access.POLICIES]
        return self.page("accessPolicies", policies)

    def associate_access_policy(self) -> ActionResult:
        request = self.request
        policy = access.associate_policy(self.cluster, request)
        return ActionResult(
            {
                "clusterName": request["clusterName"],
                "principalArn": request["principalArn"],
                "associatedAccessPolicy": policy,
            }
        )

    def disassociate_access_policy(self) -> ActionResult:
        request = self.request
        access.disassociate_policy(self.cluster, request["principalArn"], request["policyArn"])
        return EmptyResult()

    def list_associated_access_policies(self) -> ActionResult:
        request = self.request
        entry = access.find_entry(self.cluster, request["principalArn"])
        return self.page(
            "associatedAccessPolicies",
            entry.policies.values(),
            clusterName=request["clusterName"],
            principalArn=request["principalArn"],
        )

    def create_pod_identity_association(self) -> ActionResult:
        request = self.request
        self.eks_backend.require_role(request["roleArn"])
        return ActionResult({"association": pod_identity.create_association(self.cluster, request)})

    def describe_pod_identity_association(self) -> ActionResult:
        found = pod_identity.find_association(self.cluster, self.request["associationId"])
        return ActionResult({"association": found})

    def list_pod_identity_associations(self) -> ActionResult:
        request = self.request
        found = [
            association
            for association in self.cluster.pod_identities.values()
            if request.get("namespace") in (None, association.namespace)
            and request.get("serviceAccount") in (None, association.service_account)
        ]
        return self.page("associations", found)

    def update_pod_identity_association(self) -> ActionResult:
        return ActionResult(
            {"association": pod_identity.update_association(self.cluster, self.request)}
        )

    def delete_pod_identity_association(self) -> ActionResult:
        cluster = self.cluster
        found = pod_identity.find_association(cluster, self.request["associationId"])
        del cluster.pod_identities[found.association_id]
        return ActionResult({"association": found})

    def tag_resource(self) -> ActionResult:
        self.eks_backend.tags_of(self.request["resourceArn"]).update(self.request["tags"])
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        tags = self.eks_backend.tags_of(self.request["resourceArn"])
        for key in self.request["tagKeys"]:
            tags.pop(key, None)
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        return ActionResult({"tags": self.eks_backend.tags_of(self.request["resourceArn"])})
