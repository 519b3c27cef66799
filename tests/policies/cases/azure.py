"""Rules on Azure."""

from tests.policies.case import Case

CASES = {
    "azure-storage-https": Case(
        good={"enableHttpsTrafficOnly": True},
        bad=(
            {"enableHttpsTrafficOnly": False},
            {"enableHttpsTrafficOnly": "false"},
        ),
        missing=("enableHttpsTrafficOnly", "passes"),
    ),
    "azure-storage-not-public": Case(
        good={"allowBlobPublicAccess": False},
        bad=(
            {"allowBlobPublicAccess": True},
            {"allowBlobPublicAccess": "true"},
        ),
        missing=("allowBlobPublicAccess", "passes"),
    ),
    "azure-storage-no-shared-keys": Case(
        good={"allowSharedKeyAccess": False},
        bad=(
            {"allowSharedKeyAccess": True},
            {"allowSharedKeyAccess": "true"},
        ),
        missing=("allowSharedKeyAccess", "fails"),
    ),
    "azure-aks-no-local-accounts": Case(
        good={"disableLocalAccounts": True},
        bad=(
            {"disableLocalAccounts": False},
            {"disableLocalAccounts": "false"},
        ),
        missing=("disableLocalAccounts", "fails"),
    ),
    "azure-aks-roles": Case(
        good={"enableRBAC": True},
        bad=(
            {"enableRBAC": False},
            {"enableRBAC": "false"},
        ),
        missing=("enableRBAC", "passes"),
    ),
    "azure-aks-workload-identity": Case(
        good={"securityProfile": {"workloadIdentity": {"enabled": True}}},
        bad=(
            {"securityProfile.workloadIdentity.enabled": False},
            {"securityProfile.workloadIdentity.enabled": "false"},
        ),
        missing=("securityProfile.workloadIdentity.enabled", "fails"),
    ),
    "azure-vault-purge-protection": Case(
        good={"properties": {"enablePurgeProtection": True}},
        bad=(
            {"properties.enablePurgeProtection": False},
            {"properties.enablePurgeProtection": "false"},
        ),
        missing=("properties.enablePurgeProtection", "fails"),
    ),
    "azure-vault-roles": Case(
        good={"properties": {"enableRbacAuthorization": True}},
        bad=(
            {"properties.enableRbacAuthorization": False},
            {"properties.enableRbacAuthorization": "false"},
        ),
        missing=("properties.enableRbacAuthorization", "fails"),
    ),
    "azure-storage-tls-version": Case(
        good={"minimumTlsVersion": "TLS1_2"},
        bad=(
            {"minimumTlsVersion": "TLS1_0"},
            {"minimumTlsVersion": "TLS1_1"},
        ),
        missing=("minimumTlsVersion", "fails"),
    ),
    "azure-storage-network": Case(
        good={"networkRuleSet": {"defaultAction": "Deny"}},
        bad=(
            {"networkRuleSet.defaultAction": "Allow"},
            {"networkRuleSet": {}},
        ),
        missing=("networkRuleSet", "fails"),
    ),
    "azure-aks-api-networks": Case(
        good={"apiServerAccessProfile": {"authorizedIPRanges": ["198.51.100.0/24"]}},
        bad=(
            {"apiServerAccessProfile.authorizedIPRanges": []},
            {"apiServerAccessProfile.authorizedIPRanges": ["0.0.0.0/0"]},
        ),
        missing=("apiServerAccessProfile", "fails"),
    ),
    "azure-aks-network-policy": Case(
        good={"networkProfile": {"networkPolicy": "cilium"}},
        bad=(
            {"networkProfile.networkPolicy": "none"},
            {"networkProfile": {}},
        ),
        missing=("networkProfile", "fails"),
    ),
    "azure-aks-over-zones": Case(
        good={"agentPoolProfiles": [{"name": "system", "availabilityZones": ["1", "2", "3"]}]},
        bad=(
            {"agentPoolProfiles.0.availabilityZones": ["1"]},
            {"agentPoolProfiles.0.availabilityZones": ["1", "1", "2"]},
        ),
        missing=("agentPoolProfiles.0.availabilityZones", "fails"),
    ),
    "azure-no-owner": Case(
        good={"roleDefinitionId": "/x/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"},
        bad=(
            {"roleDefinitionId": "/x/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"},
            {"roleDefinitionId": "/x/18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"},
        ),
        missing=("roleDefinitionId", "crashes"),
    ),
}
