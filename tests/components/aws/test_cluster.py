"""The cluster layer: who can reach it, what its nodes give away, and in which order it grows."""

import functools
import json

import pytest

from components.aws.addon_versions import ADDON_VERSIONS, Addon
from components.aws.kubeconfig import kubeconfig
from components.aws.node_pool import POOL_LABEL
from components.kubernetes import names as kubernetes_names
from infra.config import parse
from permissions.deployment.roles import DEPLOYMENT_ROLES, ServiceAccount
from tests.components.aws.deployments import deployed, example, small, with_change
from tests.engine import Run
from tests.infra.config.documents import GOOD, changed

CLUSTER = "aws:eks/cluster:Cluster"
RBAC = "kubernetes:rbac.authorization.k8s.io/v1"
GROUP = "aws:eks/nodeGroup:NodeGroup"
ADDON = "aws:eks/addon:Addon"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"


def test_the_api_server_has_no_public_address_unless_networks_are_listed() -> None:
    closed = small().one(CLUSTER).inputs["vpcConfig"]
    assert (closed["endpointPrivateAccess"], closed["endpointPublicAccess"]) == (True, False)
    opened = example().one(CLUSTER).inputs["vpcConfig"]
    assert opened["endpointPublicAccess"] is True
    assert opened["publicAccessCidrs"] == ["198.51.100.0/24"]


def test_secrets_are_encrypted_and_every_log_is_kept() -> None:
    cluster = example().one(CLUSTER).inputs
    assert cluster["encryptionConfig"]["resources"] == ["secrets"]
    assert cluster["encryptionConfig"]["provider"]["keyArn"].startswith("arn:aws:kms:")
    assert set(cluster["enabledClusterLogTypes"]) == {
        "api", "audit", "authenticator", "controllerManager", "scheduler",
    }  # fmt: skip
    group = example().one("aws:cloudwatch/logGroup:LogGroup", "cluster-logs")
    assert group.inputs["name"] == "/aws/eks/clickhouse-cloud-acme/cluster"
    assert group.inputs["retentionInDays"] == 180
    assert group.urn in example().one(CLUSTER).depends_on


def test_access_goes_by_entries_alone() -> None:
    assert example().one(CLUSTER).inputs["accessConfig"]["authenticationMode"] == "API"
    entry = example().one("aws:eks/accessEntry:AccessEntry").inputs
    assert entry["principalArn"] == "arn:aws:iam::111111111111:role/platform-engineers"
    policy = example().one("aws:eks/accessPolicyAssociation:AccessPolicyAssociation").inputs
    assert policy["policyArn"].endswith("/AmazonEKSClusterAdminPolicy")


ACCESS_ROLE = "arn:aws:iam::111111111111:role/ClickHouseManagementRole"
BY_HAND = f"{ACCESS_ROLE}-made-by-hand"
PHASES = {f"{ACCESS_ROLE}-provision", ACCESS_ROLE, f"{ACCESS_ROLE}-deprovision"}
ENTERING = {
    "the owner's own rights": ({}, set(), True),
    "set up by the operator": ({"roleArn": f"{ACCESS_ROLE}-provision"}, PHASES, False),
    "handed over, and operated": ({"roleArn": ACCESS_ROLE}, PHASES, False),
    "shrunk to what operating needs": (
        {"roleArn": ACCESS_ROLE, "granted": "operate"}, {ACCESS_ROLE}, False,
    ),
    "a role of the owner's own making": ({"roleArn": BY_HAND}, {BY_HAND}, False),
}  # fmt: skip


@pytest.mark.parametrize(("access", "inside", "creator"), ENTERING.values(), ids=ENTERING.keys())
def test_every_role_of_the_operator_enters_whoever_made_the_cluster(
    access: dict[str, str], inside: set[str], creator: bool
) -> None:
    seen = with_change("access", access)
    entries = {e.inputs["principalArn"] for e in seen.all("aws:eks/accessEntry:AccessEntry")}
    assert entries == inside
    cluster = seen.one(CLUSTER)
    given = cluster.inputs["accessConfig"]["bootstrapClusterCreatorAdminPermissions"]
    assert given is creator
    assert "accessConfig.bootstrapClusterCreatorAdminPermissions" in cluster.ignore_changes


def test_nodes_keep_their_credentials_and_encrypt_their_disks() -> None:
    templates = example().all(TEMPLATE)
    assert len(templates) == 2
    for template in templates:
        metadata = template.inputs["metadataOptions"]
        assert metadata["httpTokens"] == "required"
        assert metadata["httpPutResponseHopLimit"] == 1
        (mapping,) = template.inputs["blockDeviceMappings"]
        disk = mapping["ebs"]
        assert (disk["volumeType"], disk["encrypted"]) == ("gp3", "true")
        assert disk["kmsKeyId"].startswith("arn:aws:kms:")


def test_workload_nodes_are_kept_for_workloads() -> None:
    workload = example().one(GROUP, "cluster-pool-workload").inputs
    assert workload["labels"] == {POOL_LABEL: "workload"}
    assert workload["taints"] == [{"key": POOL_LABEL, "value": "workload", "effect": "NO_SCHEDULE"}]
    system = example().one(GROUP, "cluster-pool-system").inputs
    assert system["labels"] == {POOL_LABEL: "system"}
    assert not system.get("taints")


def test_the_pools_architecture_follows_its_instance_types() -> None:
    types = {group.name: group.inputs["amiType"] for group in example().all(GROUP)}
    assert types == {
        "cluster-pool-system": "AL2023_x86_64_STANDARD",
        "cluster-pool-workload": "AL2023_ARM_64_STANDARD",
    }


def test_a_pool_has_the_owners_labels_and_taints_besides_ours() -> None:
    extra = {
        "name": "agents", "purpose": "workload", "instanceTypes": ["m6i.large"],
        "labels": {"example.com/team": "data"}, "replacement": "inPlace",
        "taints": [{"key": "example.com/dedicated", "value": "agents", "effect": "noExecute"}],
    }  # fmt: skip
    pools = [*GOOD["cluster"]["nodePools"], extra]
    group = with_change("cluster.nodePools", pools).one(GROUP, "cluster-pool-agents").inputs
    assert group["labels"] == {"example.com/team": "data", POOL_LABEL: "workload"}
    assert group["taints"] == [
        {"key": POOL_LABEL, "value": "workload", "effect": "NO_SCHEDULE"},
        {"key": "example.com/dedicated", "value": "agents", "effect": "NO_EXECUTE"},
    ]
    assert group["updateConfig"] == {
        "maxUnavailablePercentage": 33, "updateStrategy": "MINIMAL",
    }  # fmt: skip


def test_nodes_are_on_demand_in_the_pools_zones() -> None:
    seen = with_change("cluster.nodePools.1.zones", ["us-east-1a", "us-east-1b"])
    workload = seen.one(GROUP, "cluster-pool-workload").inputs
    assert workload["capacityType"] == "ON_DEMAND"
    assert len(workload["subnetIds"]) == 2


def test_what_the_stack_says_of_the_number_of_nodes_holds() -> None:
    assert not example().one(GROUP, "cluster-pool-system").ignore_changes


def test_an_autoscaler_is_not_undone_and_has_a_group_in_each_zone() -> None:
    seen = with_change("cluster.autoscaling", "cluster-autoscaler")
    system = [group for group in seen.all(GROUP) if "system" in group.name]
    assert {group.name: group.inputs["nodeGroupName"] for group in system} == {
        f"cluster-pool-system-{zone}": f"clickhouse-cloud-acme-system-{zone}" for zone in "abc"
    }
    for group in system:
        assert group.ignore_changes == ("scalingConfig.desiredSize",)
        assert len(group.inputs["subnetIds"]) == 1
        assert group.inputs["scalingConfig"] == {"minSize": 1, "desiredSize": 1, "maxSize": 3}
    assert len({group.inputs["launchTemplate"]["id"] for group in system}) == 1


@pytest.mark.parametrize("version", ADDON_VERSIONS)
def test_every_kubernetes_version_has_a_version_of_every_addon(version: str) -> None:
    assert set(ADDON_VERSIONS[version]) == set(Addon)
    proxy = ADDON_VERSIONS[version][Addon.KUBE_PROXY]
    assert proxy.startswith(f"v{version}.")


def test_addons_are_pinned_to_the_tested_set_unless_one_is_named() -> None:
    seen = with_change("cluster.addonVersions", {"coredns": "v1.13.9-eksbuild.1"})
    versions = {a.inputs["addonName"]: a.inputs["addonVersion"] for a in seen.all(ADDON)}
    assert versions.pop("coredns") == "v1.13.9-eksbuild.1"
    assert versions.items() <= {a.value: v for a, v in ADDON_VERSIONS["1.34"].items()}.items()


def test_network_policies_are_enforced() -> None:
    settings = example().one(ADDON, "cluster-early-addon-vpc-cni").inputs["configurationValues"]
    assert json.loads(settings)["enableNetworkPolicy"] == "true"


def test_what_a_node_needs_comes_first_and_what_needs_nodes_comes_last() -> None:
    seen = example()
    group = seen.one(GROUP, "cluster-pool-system")
    early = {a.urn for a in seen.all(ADDON) if "early" in a.name}
    assert len(early) == 3
    assert early <= group.depends_on
    for addon in seen.all(ADDON):
        if "early" not in addon.name:
            assert group.urn in addon.depends_on


def test_addons_for_names_and_certificates_come_with_a_zone() -> None:
    assert {"cert-manager", "external-dns"} <= {
        addon.inputs["addonName"] for addon in example().all(ADDON)
    }
    assert "cert-manager" not in {addon.inputs["addonName"] for addon in small().all(ADDON)}


def test_each_service_account_takes_on_its_own_role() -> None:
    associations = example().all(IDENTITY)
    pairs = {
        (a.inputs["namespace"], a.inputs["serviceAccount"]): a.inputs["roleArn"]
        for a in associations
    }
    assert len(pairs) == len(associations) == len(set(pairs.values()))
    assert pairs["clickhouse", "clickhouse-server"].endswith("-CH-S3-Role")
    assert pairs["byoc-monitoring", "prometheus"].endswith("-thanos")


def test_our_roles_name_service_accounts_that_our_layers_make() -> None:
    namespaces = set(kubernetes_names.Namespace)
    for role in DEPLOYMENT_ROLES:
        account = role.taken_on_by
        if isinstance(account, ServiceAccount) and account.namespace in namespaces:
            assert account.name in set(kubernetes_names.ServiceAccount)


def test_pods_start_once_nodes_and_identities_are_there() -> None:
    provider = example().one("pulumi:providers:kubernetes")
    for type_ in (GROUP, IDENTITY, ADDON):
        assert {resource.urn for resource in example().all(type_)} <= provider.depends_on


def test_the_kubeconfig_holds_no_credential_and_is_a_secret() -> None:
    seen = example()
    assert "kubeconfig" in seen.secret_outputs
    config = json.loads(seen.outputs["kubeconfig"])
    (user,) = config["users"]
    assert set(user["user"]) == {"exec"}
    assert user["user"]["exec"]["command"] == "byoc"
    assert user["user"]["exec"]["args"] == [
        "kube-token", "--cluster", "clickhouse-cloud-acme", "--region", "eu-central-1",
    ]  # fmt: skip


def test_an_assumed_role_asks_for_the_token_in_its_own_name() -> None:
    arn = "arn:aws:iam::111111111111:role/ClickHouseManagementRole"
    seen = deployed(parse(changed("access", {"roleArn": arn})))
    config = json.loads(seen.outputs["kubeconfig"])
    assert config["users"][0]["user"]["exec"]["args"][-2:] == ["--role-arn", arn]


ROLE = "arn:aws:iam::111111111111:role/ClickHouseManagementRole"


@functools.cache
def by_profile() -> Run:
    """As a pipeline plans and applies it."""
    return deployed(parse(changed("access", {"roleArn": ROLE, "profile": "byoc-acme"})))


def test_by_a_profile_the_program_names_no_role_that_only_one_of_its_jobs_may_take_on() -> None:
    provider = by_profile().one("pulumi:providers:aws").inputs
    assert provider["profile"] == "byoc-acme"
    assert "assumeRoles" not in provider
    config = json.loads(by_profile().outputs["kubeconfig"])
    arguments = config["users"][0]["user"]["exec"]["args"]
    assert arguments[-4:] == ["--profile", "byoc-acme", "--role-arn", ROLE]


def test_who_reads_comes_in_with_a_group_and_no_policy_of_aws() -> None:
    entries = by_profile().all("aws:eks/accessEntry:AccessEntry")
    groups = {e.inputs["principalArn"]: e.inputs.get("kubernetesGroups") for e in entries}
    assert groups.pop(f"{ROLE}-read") == ["byoc:readers"]
    assert not any(groups.values())
    with_policy = by_profile().all("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
    assert {e.inputs["principalArn"] for e in with_policy} == set(groups)
    [binding] = [
        item
        for item in by_profile().all(f"{RBAC}:ClusterRoleBinding")
        if item.inputs["metadata"]["name"] == "byoc-readers"
    ]
    [subject] = binding.inputs["subjects"]
    assert (subject["kind"], subject["name"]) == ("Group", "byoc:readers")


def test_a_kubeconfig_names_the_cluster_everywhere() -> None:
    text = kubeconfig(cluster="c", region="r", endpoint="https://x", certificate_authority="Y2E=")
    config = json.loads(text)
    assert config["current-context"] == config["contexts"][0]["name"] == "c"
    assert config["clusters"][0]["cluster"]["certificate-authority-data"] == "Y2E="
