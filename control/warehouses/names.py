"""The words of our Kubernetes API: group, kinds, labels, annotations, finalizer."""

GROUP = "byoc.clickhouse.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
NAMESPACE = "clickhouse"
SYSTEM_NAMESPACE, FACTS = "byoc-system", "deployment"
"""Where the platform layer tells of the deployment, and the ConfigMap in which it does."""

WAREHOUSE_LABEL = f"{GROUP}/warehouse"
SERVICE_LABEL = f"{GROUP}/service"
REPLICA_LABEL = f"{GROUP}/replica"
SIZE_LABEL = f"{GROUP}/size"
SPEC_HASH_LABEL = f"{GROUP}/spec-hash"
SERVING_LABEL = f"{GROUP}/serving"
POOL_LABEL = f"{GROUP}/pool"

ADMITTED_AT = f"{GROUP}/admitted-at"
SERVED_AT = f"{GROUP}/served-at"
DRAINING_SINCE = f"{GROUP}/draining-since"
REMOVING_SINCE = f"{GROUP}/removing-since"
SOAK_FAILURES = f"{GROUP}/soak-failures"
SENT_BACK_AT = f"{GROUP}/sent-back-at"
BACKLOG_BEST = f"{GROUP}/backlog-best"
BACKLOG_BEST_AT = f"{GROUP}/backlog-best-at"
ABANDONED = f"{GROUP}/abandon-data"
QUIETED_AT = f"{GROUP}/quieted-at"
KEEP_FILES = f"{GROUP}/keep-files"
"""On a Backup: its object may go, and what lies in the bucket stays."""

WAKE, SLEEP = f"{GROUP}/wake", f"{GROUP}/sleep"
"""Requests to a service, written on its object: any new value asks once."""

FINALIZER = f"{GROUP}/removal"
MANAGER = "clickhouse-byoc-controller"

WAREHOUSE_NAME_MAX = 20
SERVICE_NAME_MAX = 20
