"""Stands in for `pulumi-resource-kubernetes`: every kind of the cluster, by server-side apply."""
