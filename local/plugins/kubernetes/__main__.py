from local.plugins.kubernetes.provider import KubernetesProvider
from local.plugins.provider import run_provider

run_provider(KubernetesProvider())
