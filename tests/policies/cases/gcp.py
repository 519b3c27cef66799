"""Rules on Google Cloud."""

from tests.policies.case import MISSING, Case

CASES = {
    "gcp-gke-private-nodes": Case(
        good={"privateClusterConfig": {"enablePrivateNodes": True}},
        bad=(
            {"privateClusterConfig.enablePrivateNodes": False},
            {"privateClusterConfig.enablePrivateNodes": "false"},
        ),
        missing=("privateClusterConfig.enablePrivateNodes", "fails"),
    ),
    "gcp-gke-legacy-authorization": Case(
        good={"enableLegacyAbac": False},
        bad=(
            {"enableLegacyAbac": True},
            {"enableLegacyAbac": "true"},
        ),
        missing=("enableLegacyAbac", "passes"),
    ),
    "gcp-gke-protected": Case(
        good={"deletionProtection": True},
        bad=(
            {"deletionProtection": False},
            {"deletionProtection": "false"},
        ),
        missing=("deletionProtection", "passes"),
    ),
    "gcp-gke-auto-upgrade": Case(
        good={"management": {"autoUpgrade": True}},
        bad=(
            {"management.autoUpgrade": False},
            {"management.autoUpgrade": "false"},
        ),
        missing=("management.autoUpgrade", "passes"),
    ),
    "gcp-gke-auto-repair": Case(
        good={"management": {"autoRepair": True}},
        bad=(
            {"management.autoRepair": False},
            {"management.autoRepair": "false"},
        ),
        missing=("management.autoRepair", "passes"),
    ),
    "gcp-gke-secure-boot": Case(
        good={"nodeConfig": {"shieldedInstanceConfig": {"enableSecureBoot": True}}},
        bad=(
            {"nodeConfig.shieldedInstanceConfig.enableSecureBoot": False},
            {"nodeConfig.shieldedInstanceConfig.enableSecureBoot": "false"},
        ),
        missing=("nodeConfig.shieldedInstanceConfig.enableSecureBoot", "fails"),
    ),
    "gcp-bucket-uniform-access": Case(
        good={"uniformBucketLevelAccess": True},
        bad=(
            {"uniformBucketLevelAccess": False},
            {"uniformBucketLevelAccess": "false"},
        ),
        missing=("uniformBucketLevelAccess", "fails"),
    ),
    "gcp-bucket-force-destroy": Case(
        good={"forceDestroy": False},
        bad=(
            {"forceDestroy": True},
            {"forceDestroy": "true"},
        ),
        missing=("forceDestroy", "passes"),
    ),
    "gcp-subnet-private-access": Case(
        good={"privateIpGoogleAccess": True},
        bad=(
            {"privateIpGoogleAccess": False},
            {"privateIpGoogleAccess": "false"},
        ),
        missing=("privateIpGoogleAccess", "fails"),
    ),
    "gcp-network-no-auto-subnets": Case(
        good={"autoCreateSubnetworks": False},
        bad=(
            {"autoCreateSubnetworks": True},
            {"autoCreateSubnetworks": "true"},
        ),
        missing=("autoCreateSubnetworks", "fails"),
    ),
    "gcp-bucket-not-public": Case(
        good={"publicAccessPrevention": "enforced"},
        bad=(
            {"publicAccessPrevention": "inherited"},
            {"publicAccessPrevention": ""},
        ),
        missing=("publicAccessPrevention", "fails"),
    ),
    "gcp-gke-api-networks": Case(
        good={"masterAuthorizedNetworksConfig": {"cidrBlocks": [{"cidrBlock": "198.51.100.0/24"}]}},
        bad=(
            {"masterAuthorizedNetworksConfig": MISSING},
            {"masterAuthorizedNetworksConfig.cidrBlocks.0.cidrBlock": "0.0.0.0/0"},
        ),
        missing=("masterAuthorizedNetworksConfig", "fails"),
    ),
    "gcp-gke-workload-identity": Case(
        good={"workloadIdentityConfig": {"workloadPool": "p.svc.id.goog"}},
        bad=(
            {"workloadIdentityConfig": {}},
            {"workloadIdentityConfig.workloadPool": ""},
        ),
        missing=("workloadIdentityConfig", "fails"),
    ),
    "gcp-gke-secrets-encrypted": Case(
        good={"databaseEncryption": {"state": "ENCRYPTED"}},
        bad=(
            {"databaseEncryption.state": "DECRYPTED"},
            {"databaseEncryption": {}},
        ),
        missing=("databaseEncryption", "fails"),
    ),
    "gcp-gke-network-policy": Case(
        good={"datapathProvider": "ADVANCED_DATAPATH"},
        bad=(
            {"datapathProvider": "LEGACY_DATAPATH"},
            {"datapathProvider": MISSING, "networkPolicy": {"enabled": False}},
        ),
        missing=("datapathProvider", "fails"),
    ),
    "gcp-gke-over-zones": Case(
        good={"nodeLocations": ["a", "b", "c"]},
        bad=(
            {"nodeLocations": ["a", "b"]},
            {"nodeLocations": ["a", "a", "b"]},
        ),
        missing=("nodeLocations", "passes"),
    ),
    "gcp-gke-node-account": Case(
        good={"nodeConfig": {"serviceAccount": "nodes@p.iam.gserviceaccount.com"}},
        bad=(
            {"nodeConfig": {}},
            {"nodeConfig": {"machineType": "n2-standard-4"}},
        ),
        missing=("nodeConfig", "fails"),
    ),
    "gcp-iam-not-public": Case(
        good={"role": "roles/storage.objectViewer", "member": "serviceAccount:a@b"},
        bad=(
            {"member": "allUsers"},
            {"member": MISSING, "members": ["user:a@b", "allAuthenticatedUsers"]},
        ),
        missing=("role", "passes"),
    ),
    "gcp-iam-no-basic-roles": Case(
        good={"role": "roles/storage.objectViewer"},
        bad=(
            {"role": "roles/owner"},
            {"role": "roles/editor"},
        ),
        missing=("role", "passes"),
    ),
    "gcp-firewall-ssh-closed": Case(
        good={
            "direction": "INGRESS",
            "sourceRanges": ["10.0.0.0/8"],
            "allows": [{"protocol": "tcp", "ports": ["22"]}],
        },
        bad=(
            {"sourceRanges": ["0.0.0.0/0"]},
            {"sourceRanges": ["::/0"], "allows": [{"protocol": "all"}]},
            {"sourceRanges": ["0.0.0.0/0"], "allows.0.ports": ["1-65535"]},
        ),
        missing=("direction", "passes"),
    ),
    "gcp-firewall-rdp-closed": Case(
        good={
            "direction": "INGRESS",
            "sourceRanges": ["10.0.0.0/8"],
            "allows": [{"protocol": "tcp", "ports": ["3389"]}],
        },
        bad=(
            {"sourceRanges": ["0.0.0.0/0"]},
            {"sourceRanges": ["::/0"], "allows": [{"protocol": "all"}]},
            {"sourceRanges": ["0.0.0.0/0"], "allows.0.ports": ["1-65535"]},
        ),
        missing=("direction", "passes"),
    ),
    "gcp-key-rotation": Case(
        good={"rotationPeriod": "7776000s"},
        bad=(
            {"rotationPeriod": ""},
            {"rotationPeriod": "63072000s"},
        ),
        missing=("rotationPeriod", "fails"),
    ),
}
