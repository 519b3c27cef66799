"""Each OIDC provider carries the tag that the operator's rights depend on."""

from policies.tagging import tagged

RULE = tagged(
    "byoc-tag-oidc-provider", "OIDC provider", "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
)
