"""Stands in for `pulumi-resource-kubernetes`: every kind of the cluster, by server-side apply.

As the official plugin: names, ids, replacements, field conflicts (`enablePatchForce`), annotations
under `pulumi.com/`, waiting for rollouts. Unlike it:

- Unknown fields are errors, not warnings.
- Of Services only load balancers are waited for, of Ingresses nothing: what they point at is waited
  for by itself. `pulumi.com/waitFor` takes `condition=<type>[=<status>]` only.
- Only kinds that own others, and custom resources, are deleted in the foreground.
- `kubeClientSettings` and the switches that suppress Helm's warnings have no effect.
- No Patch resources, Helm, YAML or Kustomize components, no client-side apply, no rendering.
"""
