"""Rules on Kubernetes objects."""

from tests.policies.case import MISSING, Case

CASES = {
    "kubernetes-no-privileged-containers": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.containers.0.securityContext.privileged": True},
            {
                "spec.template.spec.initContainers": [
                    {
                        "name": "init",
                        "image": "x:1",
                        "securityContext": {
                            "privileged": True,
                            "allowPrivilegeEscalation": True,
                            "readOnlyRootFilesystem": False,
                            "runAsNonRoot": False,
                            "runAsUser": 0,
                            "capabilities": {"add": ["SYS_ADMIN"]},
                        },
                    }
                ]
            },
        ),
        missing=("spec.template.spec.containers.0.securityContext.privileged", "passes"),
    ),
    "kubernetes-no-privilege-escalation": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.containers.0.securityContext.allowPrivilegeEscalation": True},
            {
                "spec.template.spec.initContainers": [
                    {
                        "name": "init",
                        "image": "x:1",
                        "securityContext": {
                            "privileged": True,
                            "allowPrivilegeEscalation": True,
                            "readOnlyRootFilesystem": False,
                            "runAsNonRoot": False,
                            "runAsUser": 0,
                            "capabilities": {"add": ["SYS_ADMIN"]},
                        },
                    }
                ]
            },
        ),
        missing=(
            "spec.template.spec.containers.0.securityContext.allowPrivilegeEscalation",
            "fails",
        ),
    ),
    "kubernetes-read-only-root": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.containers.0.securityContext.readOnlyRootFilesystem": False},
            {
                "spec.template.spec.initContainers": [
                    {
                        "name": "init",
                        "image": "x:1",
                        "securityContext": {
                            "privileged": True,
                            "allowPrivilegeEscalation": True,
                            "readOnlyRootFilesystem": False,
                            "runAsNonRoot": False,
                            "runAsUser": 0,
                            "capabilities": {"add": ["SYS_ADMIN"]},
                        },
                    }
                ]
            },
        ),
        missing=("spec.template.spec.containers.0.securityContext.readOnlyRootFilesystem", "fails"),
    ),
    "kubernetes-non-root": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.containers.0.securityContext.runAsNonRoot": False},
            {
                "spec.template.spec.initContainers": [
                    {
                        "name": "init",
                        "image": "x:1",
                        "securityContext": {
                            "privileged": True,
                            "allowPrivilegeEscalation": True,
                            "readOnlyRootFilesystem": False,
                            "runAsNonRoot": False,
                            "runAsUser": 0,
                            "capabilities": {"add": ["SYS_ADMIN"]},
                        },
                    }
                ]
            },
        ),
        missing=("spec.template.spec.securityContext", "passes"),
    ),
    "kubernetes-user-not-zero": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.securityContext.runAsUser": 0},
            {
                "spec.template.spec.initContainers": [
                    {
                        "name": "init",
                        "image": "x:1",
                        "securityContext": {
                            "privileged": True,
                            "allowPrivilegeEscalation": True,
                            "readOnlyRootFilesystem": False,
                            "runAsNonRoot": False,
                            "runAsUser": 0,
                            "capabilities": {"add": ["SYS_ADMIN"]},
                        },
                    }
                ]
            },
            {"spec.template.spec.containers.0.securityContext.runAsUser": 0},
        ),
        missing=("spec.template.spec.securityContext.runAsUser", "passes"),
    ),
    "kubernetes-drops-capabilities": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.containers.0.securityContext.capabilities.drop": []},
            {"spec.template.spec.containers.0.securityContext.capabilities.drop": ["NET_RAW"]},
            {
                "spec.template.spec.initContainers": [
                    {
                        "name": "init",
                        "image": "x:1",
                        "securityContext": {
                            "privileged": True,
                            "allowPrivilegeEscalation": True,
                            "readOnlyRootFilesystem": False,
                            "runAsNonRoot": False,
                            "runAsUser": 0,
                            "capabilities": {"add": ["SYS_ADMIN"]},
                        },
                    }
                ]
            },
        ),
        missing=("spec.template.spec.containers.0.securityContext.capabilities", "fails"),
    ),
    "kubernetes-no-added-capabilities": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.containers.0.securityContext.capabilities.add": ["SYS_ADMIN"]},
            {
                "spec.template.spec.containers.0.securityContext.capabilities.add": [
                    "NET_BIND_SERVICE",
                    "NET_ADMIN",
                ]
            },
            {
                "spec.template.spec.initContainers": [
                    {
                        "name": "init",
                        "image": "x:1",
                        "securityContext": {
                            "privileged": True,
                            "allowPrivilegeEscalation": True,
                            "readOnlyRootFilesystem": False,
                            "runAsNonRoot": False,
                            "runAsUser": 0,
                            "capabilities": {"add": ["SYS_ADMIN"]},
                        },
                    }
                ]
            },
        ),
        missing=("spec.template.spec.containers.0.securityContext.capabilities", "passes"),
    ),
    "kubernetes-seccomp": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.securityContext.seccompProfile.type": "Unconfined"},
            {
                "spec.template.spec.containers.0.securityContext.seccompProfile": {
                    "type": "Unconfined"
                }
            },
        ),
        missing=("spec.template.spec.securityContext.seccompProfile", "fails"),
    ),
    "kubernetes-no-host-network": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                        "hostNetwork": False,
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.hostNetwork": True},
            {"spec": {"hostNetwork": True, "containers": []}},
        ),
        missing=("spec.template.spec.hostNetwork", "passes"),
    ),
    "kubernetes-no-host-processes": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                        "hostPID": False,
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.hostPID": True},
            {"spec": {"hostPID": True, "containers": []}},
        ),
        missing=("spec.template.spec.hostPID", "passes"),
    ),
    "kubernetes-no-host-ipc": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                        "hostIPC": False,
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.hostIPC": True},
            {"spec": {"hostIPC": True, "containers": []}},
        ),
        missing=("spec.template.spec.hostIPC", "passes"),
    ),
    "kubernetes-no-host-paths": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                        "volumes": [{"name": "t", "emptyDir": {}}],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.volumes": [{"name": "d", "hostPath": {"path": "/"}}]},
            {
                "spec.template.spec.volumes": [
                    {"name": "t", "emptyDir": {}},
                    {"name": "s", "hostPath": {"path": "/var/run"}},
                ]
            },
        ),
        missing=("spec.template.spec.volumes", "passes"),
    ),
    "kubernetes-no-host-ports": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.containers.0.ports": [{"containerPort": 80, "hostPort": 80}]},
            {
                "spec.template.spec.containers.0.ports": [
                    {"containerPort": 1},
                    {"containerPort": 2, "hostPort": 9000},
                ]
            },
        ),
        missing=("spec.template.spec.containers.0.ports", "passes"),
    ),
    "kubernetes-no-shared-processes": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                        "shareProcessNamespace": False,
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.shareProcessNamespace": True},
            {"spec": {"shareProcessNamespace": True, "containers": []}},
        ),
        missing=("spec.template.spec.shareProcessNamespace", "passes"),
    ),
    "kubernetes-token-on-purpose": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.automountServiceAccountToken": MISSING},
            {"spec": {"containers": []}},
        ),
        missing=("spec.template.spec.automountServiceAccountToken", "fails"),
    ),
    "kubernetes-own-service-account": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.serviceAccountName": "default"},
            {"spec.template.spec.serviceAccountName": ""},
        ),
        missing=("spec.template.spec.serviceAccountName", "fails"),
    ),
    "kubernetes-memory-limit": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.containers.0.resources": {}},
            {"spec.template.spec.containers.0.resources": {"limits": {"ephemeral-storage": "1Gi"}}},
        ),
        missing=("spec.template.spec.containers.0.resources.limits.memory", "fails"),
    ),
    "kubernetes-memory-request": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.containers.0.resources": {}},
            {"spec.template.spec.containers.0.resources": {"limits": {"ephemeral-storage": "1Gi"}}},
        ),
        missing=("spec.template.spec.containers.0.resources.requests.memory", "passes"),
    ),
    "kubernetes-cpu-request": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.containers.0.resources": {}},
            {"spec.template.spec.containers.0.resources": {"limits": {"ephemeral-storage": "1Gi"}}},
        ),
        missing=("spec.template.spec.containers.0.resources.requests.cpu", "passes"),
    ),
    "kubernetes-memory-guaranteed": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.containers.0.resources.requests.memory": "512Mi"},
            {"spec.template.spec.containers.0.resources.limits.memory": "2Gi"},
        ),
        missing=("spec.template.spec.containers.0.resources.requests.memory", "passes"),
    ),
    "kubernetes-readiness-probe": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.containers.0.readinessProbe": {}},
            {"spec.template.spec.containers.0.readinessProbe": MISSING},
        ),
        missing=("spec.template.spec.containers.0.readinessProbe", "fails"),
    ),
    "kubernetes-image-tag": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.containers.0.image": "ghcr.io/acme/web"},
            {"spec.template.spec.containers.0.image": "ghcr.io/acme/web:latest"},
            {"spec.template.spec.containers.0.image": "localhost:5000/web"},
        ),
        missing=("spec.template.spec.containers.0.image", "crashes"),
    ),
    "kubernetes-image-registry": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.containers.0.image": "evil.example.com/web:1"},
            {"spec.template.spec.containers.0.image": "somebody/web:1"},
            {"spec.template.spec.containers.0.image": "ghcr.io.evil.example/web:1"},
            {"spec.template.spec.containers.0.image": "evil.example/a.amazonaws.com/web:1"},
        ),
        missing=("spec.template.spec.containers.0.image", "crashes"),
    ),
    "kubernetes-no-secret-in-environment": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"spec.template.spec.containers.0.env": [{"name": "DB_PASSWORD", "value": "hunter2"}]},
            {
                "spec.template.spec.containers.0.env": [
                    {"name": "A", "value": "b"},
                    {"name": "API_TOKEN", "value": "x"},
                ]
            },
            {
                "spec.template.spec.containers.0.env": [
                    {"name": "AWS_SECRET_ACCESS_KEY", "value": "x"}
                ]
            },
        ),
        missing=("spec.template.spec.containers.0.env", "passes"),
    ),
    "kubernetes-not-default-namespace": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                    },
                }
            },
        },
        bad=(
            {"metadata.namespace": "default"},
            {"metadata": {"name": "web"}},
        ),
        missing=("metadata.namespace", "fails"),
    ),
    "kubernetes-service-spread": Case(
        good={
            "metadata": {"name": "web", "namespace": "clickhouse"},
            "spec": {
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 1000,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "containers": [
                            {
                                "name": "web",
                                "image": "ghcr.io/acme/web:1.2.3",
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "readOnlyRootFilesystem": True,
                                    "runAsNonRoot": True,
                                    "capabilities": {"drop": ["ALL"]},
                                },
                                "resources": {
                                    "requests": {"cpu": "1", "memory": "1Gi"},
                                    "limits": {"cpu": "1", "memory": "1Gi"},
                                },
                                "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                                "livenessProbe": {"httpGet": {"path": "/", "port": 80}},
                            }
                        ],
                        "topologySpreadConstraints": [
                            {"topologyKey": "topology.kubernetes.io/zone"}
                        ],
                    },
                },
                "replicas": 2,
            },
        },
        bad=(
            {"spec.template.spec.topologySpreadConstraints": []},
            {"spec.template.spec.topologySpreadConstraints": MISSING},
        ),
        missing=("spec.template.spec.topologySpreadConstraints", "fails"),
    ),
    "kubernetes-rbac-no-verb-wildcard": Case(
        good={"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]},
        bad=(
            {"rules.0.verbs": ["*"]},
            {"rules.0.verbs": ["get", "*"]},
        ),
        missing=("rules", "passes"),
    ),
    "kubernetes-rbac-no-resource-wildcard": Case(
        good={"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]},
        bad=(
            {"rules.0.resources": ["*"]},
            {"rules.0.apiGroups": ["*"]},
        ),
        missing=("rules", "passes"),
    ),
    "kubernetes-rbac-no-cluster-secrets": Case(
        good={"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]},
        bad=(
            {"rules.0.resources": ["secrets"]},
            {"rules.0.resources": ["*"]},
            {"rules.0": {"apiGroups": [""], "resources": ["pods", "secrets"], "verbs": ["*"]}},
        ),
        missing=("rules", "passes"),
    ),
    "kubernetes-rbac-no-exec": Case(
        good={"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]},
        bad=(
            {"rules.0": {"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"]}},
            {"rules.0": {"apiGroups": [""], "resources": ["pods/attach"], "verbs": ["get"]}},
            {"rules.0": {"apiGroups": [""], "resources": ["*"], "verbs": ["*"]}},
        ),
        missing=("rules", "passes"),
    ),
    "kubernetes-rbac-no-escalation": Case(
        good={"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]},
        bad=(
            {
                "rules.0": {
                    "apiGroups": ["*"],
                    "resources": ["roles"],
                    "verbs": ["escalate", "bind"],
                }
            },
            {"rules.0": {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}},
            {
                "rules.0": {
                    "apiGroups": ["x"],
                    "resources": ["pods", "roles"],
                    "verbs": ["list", "escalate"],
                }
            },
        ),
        missing=("rules", "passes"),
    ),
    "kubernetes-rbac-no-cluster-escalation": Case(
        good={"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]},
        bad=(
            {
                "rules.0": {
                    "apiGroups": ["*"],
                    "resources": ["clusterroles"],
                    "verbs": ["escalate", "bind"],
                }
            },
            {"rules.0": {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}},
            {
                "rules.0": {
                    "apiGroups": ["x"],
                    "resources": ["pods", "clusterroles"],
                    "verbs": ["list", "escalate"],
                }
            },
        ),
        missing=("rules", "passes"),
    ),
    "kubernetes-rbac-no-impersonation": Case(
        good={"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]},
        bad=(
            {"rules.0": {"apiGroups": ["*"], "resources": ["users"], "verbs": ["impersonate"]}},
            {"rules.0": {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}},
            {
                "rules.0": {
                    "apiGroups": ["x"],
                    "resources": ["pods", "users"],
                    "verbs": ["list", "impersonate"],
                }
            },
        ),
        missing=("rules", "passes"),
    ),
    "kubernetes-rbac-no-node-proxy": Case(
        good={"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]},
        bad=(
            {
                "rules.0": {
                    "apiGroups": ["*"],
                    "resources": ["nodes/proxy"],
                    "verbs": ["get", "create"],
                }
            },
            {"rules.0": {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}},
            {
                "rules.0": {
                    "apiGroups": ["x"],
                    "resources": ["pods", "nodes/proxy"],
                    "verbs": ["list", "get"],
                }
            },
        ),
        missing=("rules", "passes"),
    ),
    "kubernetes-rbac-no-token-requests": Case(
        good={"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]},
        bad=(
            {
                "rules.0": {
                    "apiGroups": ["*"],
                    "resources": ["serviceaccounts/token"],
                    "verbs": ["create"],
                }
            },
            {"rules.0": {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}},
            {
                "rules.0": {
                    "apiGroups": ["x"],
                    "resources": ["pods", "serviceaccounts/token"],
                    "verbs": ["list", "create"],
                }
            },
        ),
        missing=("rules", "passes"),
    ),
    "kubernetes-rbac-no-certificate-approval": Case(
        good={"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]},
        bad=(
            {
                "rules.0": {
                    "apiGroups": ["*"],
                    "resources": ["certificatesigningrequests/approval"],
                    "verbs": ["update"],
                }
            },
            {"rules.0": {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}},
            {
                "rules.0": {
                    "apiGroups": ["x"],
                    "resources": ["pods", "certificatesigningrequests/approval"],
                    "verbs": ["list", "update"],
                }
            },
        ),
        missing=("rules", "passes"),
    ),
    "kubernetes-rbac-no-admission-changes": Case(
        good={"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]},
        bad=(
            {
                "rules.0": {
                    "apiGroups": ["*"],
                    "resources": ["mutatingwebhookconfigurations"],
                    "verbs": ["create", "update", "patch"],
                }
            },
            {"rules.0": {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}},
            {
                "rules.0": {
                    "apiGroups": ["x"],
                    "resources": ["pods", "mutatingwebhookconfigurations"],
                    "verbs": ["list", "create"],
                }
            },
        ),
        missing=("rules", "passes"),
    ),
    "kubernetes-rbac-no-persistent-volumes": Case(
        good={"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]},
        bad=(
            {
                "rules.0": {
                    "apiGroups": ["*"],
                    "resources": ["persistentvolumes"],
                    "verbs": ["create"],
                }
            },
            {"rules.0": {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}},
            {
                "rules.0": {
                    "apiGroups": ["x"],
                    "resources": ["pods", "persistentvolumes"],
                    "verbs": ["list", "create"],
                }
            },
        ),
        missing=("rules", "passes"),
    ),
    "kubernetes-rbac-no-cluster-admin": Case(
        good={
            "roleRef": {"kind": "ClusterRole", "name": "byoc-controller"},
            "subjects": [
                {"kind": "ServiceAccount", "name": "controller", "namespace": "byoc-system"}
            ],
        },
        bad=(
            {"roleRef.name": "cluster-admin"},
            {"roleRef.name": "admin"},
        ),
        missing=("roleRef.kind", "passes"),
    ),
    "kubernetes-rbac-no-everyone": Case(
        good={
            "roleRef": {"kind": "ClusterRole", "name": "byoc-controller"},
            "subjects": [
                {"kind": "ServiceAccount", "name": "controller", "namespace": "byoc-system"}
            ],
        },
        bad=(
            {"subjects.0": {"kind": "Group", "name": "system:unauthenticated"}},
            {"subjects.0": {"kind": "Group", "name": "system:authenticated"}},
            {"subjects.0": {"kind": "Group", "name": "system:serviceaccounts"}},
            {"subjects.0": {"kind": "User", "name": "system:anonymous"}},
        ),
        missing=("subjects", "passes"),
    ),
    "kubernetes-rbac-no-masters": Case(
        good={
            "roleRef": {"kind": "ClusterRole", "name": "byoc-controller"},
            "subjects": [
                {"kind": "ServiceAccount", "name": "controller", "namespace": "byoc-system"}
            ],
        },
        bad=(
            {"subjects.0": {"kind": "Group", "name": "system:masters"}},
            {"subjects.1": {"kind": "Group", "name": "system:masters"}},
        ),
        missing=("subjects", "passes"),
    ),
    "kubernetes-rbac-no-default-account": Case(
        good={
            "roleRef": {"kind": "ClusterRole", "name": "byoc-controller"},
            "subjects": [
                {"kind": "ServiceAccount", "name": "controller", "namespace": "byoc-system"}
            ],
        },
        bad=(
            {"subjects.0.name": "default"},
            {"subjects.1": {"kind": "ServiceAccount", "name": "default", "namespace": "x"}},
        ),
        missing=("subjects", "passes"),
    ),
    "kubernetes-network-policy-metadata": Case(
        good={
            "metadata": {"namespace": "a"},
            "spec": {
                "podSelector": {"matchLabels": {"app": "a"}},
                "policyTypes": ["Ingress", "Egress"],
                "ingress": [{"from": [{"podSelector": {}}], "ports": [{"port": 80}]}],
                "egress": [
                    {
                        "to": [
                            {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}}
                        ],
                        "ports": [{"port": 443}],
                    }
                ],
            },
        },
        bad=(
            {"spec.egress.0.to.0.ipBlock.except": []},
            {"spec.egress.0.to.0.ipBlock": {"cidr": "169.254.0.0/16"}},
            {"spec.egress.0.to.0.ipBlock.except": ["10.0.0.0/8"]},
        ),
        missing=("spec.egress", "passes"),
    ),
    "kubernetes-network-policy-no-open-ingress": Case(
        good={
            "metadata": {"namespace": "a"},
            "spec": {
                "podSelector": {"matchLabels": {"app": "a"}},
                "policyTypes": ["Ingress", "Egress"],
                "ingress": [{"from": [{"podSelector": {}}], "ports": [{"port": 80}]}],
                "egress": [
                    {
                        "to": [
                            {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}}
                        ],
                        "ports": [{"port": 443}],
                    }
                ],
            },
        },
        bad=(
            {"spec.ingress": [{}]},
            {"spec.ingress.0.from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]},
            {"spec.ingress.0.from": []},
        ),
        missing=("spec.ingress", "passes"),
    ),
    "kubernetes-network-policy-ports": Case(
        good={
            "metadata": {"namespace": "a"},
            "spec": {
                "podSelector": {"matchLabels": {"app": "a"}},
                "policyTypes": ["Ingress", "Egress"],
                "ingress": [{"from": [{"podSelector": {}}], "ports": [{"port": 80}]}],
                "egress": [
                    {
                        "to": [
                            {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}}
                        ],
                        "ports": [{"port": 443}],
                    }
                ],
            },
        },
        bad=(
            {"spec.ingress.0.ports": []},
            {"spec.egress.0.ports": MISSING},
        ),
        missing=("spec.egress", "passes"),
    ),
    "kubernetes-namespace-pod-security": Case(
        good={
            "metadata": {
                "name": "a",
                "labels": {"pod-security.kubernetes.io/enforce": "restricted"},
            }
        },
        bad=(
            {"metadata.labels": {"pod-security.kubernetes.io/enforce": "privileged"}},
            {"metadata.labels": {"pod-security.kubernetes.io/enforce": "baseline"}},
            {"metadata.labels": {"pod-security.kubernetes.io/warn": "restricted"}},
        ),
        missing=("metadata.labels", "fails"),
    ),
    "kubernetes-service-account-token": Case(
        good={"automountServiceAccountToken": False},
        bad=(
            {"automountServiceAccountToken": True},
            {"automountServiceAccountToken": "true"},
        ),
        missing=("automountServiceAccountToken", "fails"),
    ),
    "kubernetes-no-lasting-tokens": Case(
        good={"type": "Opaque"},
        bad=(
            {"type": "kubernetes.io/service-account-token"},
            {"type": "kubernetes.io/service-account-token", "metadata.name": "x"},
        ),
        missing=("type", "passes"),
    ),
    "kubernetes-no-secret-in-config-map": Case(
        good={"data": {"config.yaml": "a: b"}},
        bad=(
            {"data.password": "hunter2"},
            {"data": {"tls": "-----BEGIN RSA PRIVATE KEY-----"}},
            {"data": {"x": "id AKIAIOSFODNN7EXAMPLE"}},
        ),
        missing=("data", "passes"),
    ),
    "kubernetes-storage-encrypted": Case(
        good={
            "provisioner": "ebs.csi.aws.com",
            "parameters": {"encrypted": "true"},
            "volumeBindingMode": "WaitForFirstConsumer",
            "allowVolumeExpansion": True,
        },
        bad=(
            {"parameters.encrypted": "false"},
            {"parameters": {}},
        ),
        missing=("parameters", "fails"),
    ),
    "kubernetes-storage-in-zone-of-pod": Case(
        good={
            "provisioner": "ebs.csi.aws.com",
            "parameters": {"encrypted": "true"},
            "volumeBindingMode": "WaitForFirstConsumer",
            "allowVolumeExpansion": True,
        },
        bad=(
            {"volumeBindingMode": "Immediate"},
            {"volumeBindingMode": ""},
        ),
        missing=("volumeBindingMode", "fails"),
    ),
    "kubernetes-storage-expandable": Case(
        good={
            "provisioner": "ebs.csi.aws.com",
            "parameters": {"encrypted": "true"},
            "volumeBindingMode": "WaitForFirstConsumer",
            "allowVolumeExpansion": True,
        },
        bad=(
            {"allowVolumeExpansion": False},
            {"allowVolumeExpansion": "false"},
        ),
        missing=("allowVolumeExpansion", "fails"),
    ),
    "kubernetes-ingress-tls": Case(
        good={
            "spec": {
                "tls": [{"hosts": ["a.example.com"], "secretName": "t"}],
                "rules": [{"host": "a.example.com"}],
            }
        },
        bad=(
            {"spec.tls": []},
            {"spec.rules.0.host": "b.example.com"},
            {"spec.rules": [{}]},
        ),
        missing=("spec.tls", "fails"),
    ),
}
