"""Going to another Kubernetes version: which steps, in which order."""
