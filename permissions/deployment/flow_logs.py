"""Rights of the delivery of flow logs: to write into the deployment's own log group."""

from permissions.rows import grants

FLOW_LOGS = tuple(
    grants(
        "logs: CreateLogStream PutLogEvents DescribeLogStreams",
        "arn:{partition}:logs:{region}:{account}:log-group:/byoc/{prefix}/flow-logs",
        "arn:{partition}:logs:{region}:{account}:log-group:/byoc/{prefix}/flow-logs:*",
        component="flow-logs",
    )
)
