"""Stand-ins for the Pulumi plugins that cannot be downloaded here, over the SDK's stubs."""
