"""Rules on AWS."""

from tests.policies.case import MISSING, Case, document

CASES = {
    "aws-default-security-group-closed": Case(
        good={"ingress": [], "egress": []},
        bad=(
            {"ingress": [{"protocol": "-1", "self": True}]},
            {"egress": [{"protocol": "-1", "cidrBlocks": ["0.0.0.0/0"]}]},
        ),
        missing=("ingress", "passes"),
    ),
    "aws-vpc-default-security-group": Case(
        good={
            "v": {"type": "aws:ec2/vpc:Vpc", "id": "vpc-1", "props": {}},
            "g": {
                "type": "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
                "props": {"vpcId": "vpc-1"},
            },
        },
        bad=(
            {"g": MISSING},
            {"g.props.vpcId": "vpc-2"},
        ),
        missing=("g.props.vpcId", "fails"),
    ),
    "aws-security-group-ssh-closed": Case(
        good={
            "description": "x",
            "ingress": [
                {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"]}
            ],
        },
        bad=(
            {
                "ingress.0.cidrBlocks": ["0.0.0.0/0"],
                "ingress.0.fromPort": 22,
                "ingress.0.toPort": 22,
            },
            {
                "ingress.0": {
                    "protocol": "-1",
                    "cidrBlocks": [],
                    "ipv6CidrBlocks": ["::/0"],
                    "fromPort": 0,
                    "toPort": 0,
                }
            },
            {"ipProtocol": "tcp", "cidrIpv4": "0.0.0.0/0", "fromPort": 1, "toPort": 65000},
            {
                "type": "ingress",
                "protocol": "tcp",
                "fromPort": 22,
                "toPort": 23,
                "ipv6CidrBlocks": ["::/0"],
            },
        ),
        missing=("ingress", "passes"),
    ),
    "aws-security-group-rdp-closed": Case(
        good={
            "description": "x",
            "ingress": [
                {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"]}
            ],
        },
        bad=(
            {
                "ingress.0.cidrBlocks": ["0.0.0.0/0"],
                "ingress.0.fromPort": 3389,
                "ingress.0.toPort": 3389,
            },
            {
                "ingress.0": {
                    "protocol": "-1",
                    "cidrBlocks": [],
                    "ipv6CidrBlocks": ["::/0"],
                    "fromPort": 0,
                    "toPort": 0,
                }
            },
            {"ipProtocol": "tcp", "cidrIpv4": "0.0.0.0/0", "fromPort": 1, "toPort": 65000},
            {
                "type": "ingress",
                "protocol": "tcp",
                "fromPort": 3389,
                "toPort": 3390,
                "ipv6CidrBlocks": ["::/0"],
            },
        ),
        missing=("ingress", "passes"),
    ),
    "aws-security-group-clickhouse-native-closed": Case(
        good={
            "description": "x",
            "ingress": [
                {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"]}
            ],
        },
        bad=(
            {
                "ingress.0.cidrBlocks": ["0.0.0.0/0"],
                "ingress.0.fromPort": 9000,
                "ingress.0.toPort": 9000,
            },
            {
                "ingress.0": {
                    "protocol": "-1",
                    "cidrBlocks": [],
                    "ipv6CidrBlocks": ["::/0"],
                    "fromPort": 0,
                    "toPort": 0,
                }
            },
            {"ipProtocol": "tcp", "cidrIpv4": "0.0.0.0/0", "fromPort": 1, "toPort": 65000},
            {
                "type": "ingress",
                "protocol": "tcp",
                "fromPort": 9000,
                "toPort": 9001,
                "ipv6CidrBlocks": ["::/0"],
            },
        ),
        missing=("ingress", "passes"),
    ),
    "aws-security-group-clickhouse-http-closed": Case(
        good={
            "description": "x",
            "ingress": [
                {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"]}
            ],
        },
        bad=(
            {
                "ingress.0.cidrBlocks": ["0.0.0.0/0"],
                "ingress.0.fromPort": 8123,
                "ingress.0.toPort": 8123,
            },
            {
                "ingress.0": {
                    "protocol": "-1",
                    "cidrBlocks": [],
                    "ipv6CidrBlocks": ["::/0"],
                    "fromPort": 0,
                    "toPort": 0,
                }
            },
            {"ipProtocol": "tcp", "cidrIpv4": "0.0.0.0/0", "fromPort": 1, "toPort": 65000},
            {
                "type": "ingress",
                "protocol": "tcp",
                "fromPort": 8123,
                "toPort": 8124,
                "ipv6CidrBlocks": ["::/0"],
            },
        ),
        missing=("ingress", "passes"),
    ),
    "aws-security-group-keeper-closed": Case(
        good={
            "description": "x",
            "ingress": [
                {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"]}
            ],
        },
        bad=(
            {
                "ingress.0.cidrBlocks": ["0.0.0.0/0"],
                "ingress.0.fromPort": 9181,
                "ingress.0.toPort": 9181,
            },
            {
                "ingress.0": {
                    "protocol": "-1",
                    "cidrBlocks": [],
                    "ipv6CidrBlocks": ["::/0"],
                    "fromPort": 0,
                    "toPort": 0,
                }
            },
            {"ipProtocol": "tcp", "cidrIpv4": "0.0.0.0/0", "fromPort": 1, "toPort": 65000},
            {
                "type": "ingress",
                "protocol": "tcp",
                "fromPort": 9181,
                "toPort": 9182,
                "ipv6CidrBlocks": ["::/0"],
            },
        ),
        missing=("ingress", "passes"),
    ),
    "aws-security-group-kubelet-closed": Case(
        good={
            "description": "x",
            "ingress": [
                {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"]}
            ],
        },
        bad=(
            {
                "ingress.0.cidrBlocks": ["0.0.0.0/0"],
                "ingress.0.fromPort": 10250,
                "ingress.0.toPort": 10250,
            },
            {
                "ingress.0": {
                    "protocol": "-1",
                    "cidrBlocks": [],
                    "ipv6CidrBlocks": ["::/0"],
                    "fromPort": 0,
                    "toPort": 0,
                }
            },
            {"ipProtocol": "tcp", "cidrIpv4": "0.0.0.0/0", "fromPort": 1, "toPort": 65000},
            {
                "type": "ingress",
                "protocol": "tcp",
                "fromPort": 10250,
                "toPort": 10251,
                "ipv6CidrBlocks": ["::/0"],
            },
        ),
        missing=("ingress", "passes"),
    ),
    "aws-security-group-not-all-ports": Case(
        good={
            "description": "x",
            "ingress": [
                {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"]}
            ],
        },
        bad=(
            {"ingress.0.protocol": "-1"},
            {"ingress.0.fromPort": 0, "ingress.0.toPort": 65535},
            {"ipProtocol": "-1", "cidrIpv4": "10.0.0.0/8"},
        ),
        missing=("ingress", "passes"),
    ),
    "aws-security-group-description": Case(
        good={
            "description": "x",
            "ingress": [
                {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"]}
            ],
        },
        bad=(
            {"description": ""},
            {"description": "Managed by Pulumi"},
        ),
        missing=("description", "fails"),
    ),
    "aws-subnet-no-public-addresses": Case(
        good={"mapPublicIpOnLaunch": False},
        bad=(
            {"mapPublicIpOnLaunch": True},
            {"mapPublicIpOnLaunch": "true"},
        ),
        missing=("mapPublicIpOnLaunch", "passes"),
    ),
    "aws-vpc-dns-support": Case(
        good={"enableDnsSupport": True},
        bad=(
            {"enableDnsSupport": False},
            {"enableDnsSupport": "false"},
        ),
        missing=("enableDnsSupport", "passes"),
    ),
    "aws-vpc-dns-hostnames": Case(
        good={"enableDnsHostnames": True},
        bad=(
            {"enableDnsHostnames": False},
            {"enableDnsHostnames": "false"},
        ),
        missing=("enableDnsHostnames", "fails"),
    ),
    "aws-vpc-flow-logs": Case(
        good={
            "v": {"type": "aws:ec2/vpc:Vpc", "id": "vpc-1", "props": {}},
            "f": {"type": "aws:ec2/flowLog:FlowLog", "props": {"vpcId": "vpc-1"}},
        },
        bad=(
            {"f": MISSING},
            {"f.props.vpcId": "vpc-2"},
        ),
        missing=("f.props.vpcId", "fails"),
    ),
    "aws-flow-log-traffic": Case(
        good={"trafficType": "ALL"},
        bad=(
            {"trafficType": "ACCEPT"},
            {"trafficType": ""},
        ),
        missing=("trafficType", "passes"),
    ),
    "aws-vpc-endpoint-private-dns": Case(
        good={"vpcEndpointType": "Interface", "privateDnsEnabled": True},
        bad=(
            {"privateDnsEnabled": False},
            {"privateDnsEnabled": "false"},
        ),
        missing=("privateDnsEnabled", "fails"),
    ),
    "aws-vpc-endpoint-policy-not-open": Case(
        good={
            "policy": document(
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
                    "Action": "*",
                    "Resource": "*",
                }
            )
        },
        bad=(
            {
                "policy": document(
                    {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
                )
            },
            {
                "policy": document(
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": ["*"]},
                        "Action": "s3:*",
                        "Resource": "*",
                    }
                )
            },
        ),
        missing=("policy", "passes"),
    ),
    "aws-vpc-endpoint-service-accepts": Case(
        good={"acceptanceRequired": True},
        bad=(
            {"acceptanceRequired": False},
            {"acceptanceRequired": "false"},
        ),
        missing=("acceptanceRequired", "fails"),
    ),
    "aws-vpc-endpoint-service-principals": Case(
        good={"allowedPrincipals": ["arn:aws:iam::333333333333:root"]},
        bad=(
            {"allowedPrincipals": ["*"]},
            {"allowedPrincipals": ["arn:aws:iam::333333333333:root", "*"]},
        ),
        missing=("allowedPrincipals", "passes"),
    ),
    "aws-peering-route-narrow": Case(
        good={"vpcPeeringConnectionId": "pcx-1", "destinationCidrBlock": "10.60.0.0/16"},
        bad=(
            {"destinationCidrBlock": "0.0.0.0/0"},
            {"destinationIpv6CidrBlock": "::/0"},
        ),
        missing=("destinationCidrBlock", "passes"),
    ),
    "aws-network-acl-admin-ports": Case(
        good={
            "ruleAction": "allow",
            "protocol": "tcp",
            "cidrBlock": "0.0.0.0/0",
            "fromPort": 443,
            "toPort": 443,
        },
        bad=(
            {"fromPort": 22, "toPort": 22},
            {"fromPort": 3000, "toPort": 4000},
            {"protocol": "-1"},
        ),
        missing=("cidrBlock", "passes"),
    ),
    "aws-load-balancer-protected": Case(
        good={"enableDeletionProtection": True},
        bad=(
            {"enableDeletionProtection": False},
            {"enableDeletionProtection": "false"},
        ),
        missing=("enableDeletionProtection", "fails"),
    ),
    "aws-load-balancer-cross-zone": Case(
        good={"loadBalancerType": "network", "enableCrossZoneLoadBalancing": True},
        bad=(
            {"enableCrossZoneLoadBalancing": False},
            {"enableCrossZoneLoadBalancing": "false"},
        ),
        missing=("enableCrossZoneLoadBalancing", "fails"),
    ),
    "aws-load-balancer-drops-bad-headers": Case(
        good={"loadBalancerType": "application", "dropInvalidHeaderFields": True},
        bad=(
            {"dropInvalidHeaderFields": False},
            {"dropInvalidHeaderFields": "false"},
        ),
        missing=("dropInvalidHeaderFields", "fails"),
    ),
    "aws-listener-tls": Case(
        good={"protocol": "HTTPS"},
        bad=(
            {"protocol": "HTTP"},
            {"protocol": "HTTP", "defaultActions": [{"redirect": {"protocol": "HTTP"}}]},
        ),
        missing=("protocol", "passes"),
    ),
    "aws-listener-tls-version": Case(
        good={"protocol": "TLS", "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
        bad=(
            {"sslPolicy": "ELBSecurityPolicy-2016-08"},
            {"sslPolicy": "ELBSecurityPolicy-TLS13-1-0-2021-06"},
        ),
        missing=("sslPolicy", "fails"),
    ),
    "aws-iam-no-administrator": Case(
        good={
            "policy": document(
                {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::x"}
            )
        },
        bad=(
            {"policy": document({"Effect": "Allow", "Action": "*", "Resource": "*"})},
            {
                "policy": document(
                    {"Effect": "Allow", "Action": ["s3:GetObject", "*:*"], "Resource": ["*"]}
                )
            },
        ),
        missing=("policy", "crashes"),
    ),
    "aws-iam-no-service-wildcard": Case(
        good={
            "policy": document(
                {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::x"}
            )
        },
        bad=(
            {"policy": document({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})},
            {
                "policy": document(
                    {"Effect": "Allow", "Action": ["ec2:DescribeVpcs", "kms:*"], "Resource": ["*"]}
                )
            },
        ),
        missing=("policy", "crashes"),
    ),
    "aws-iam-pass-role-named": Case(
        good={
            "policy": document(
                {
                    "Effect": "Allow",
                    "Action": "iam:PassRole",
                    "Resource": "arn:aws:iam::1:role/acme-*",
                }
            )
        },
        bad=(
            {"policy": document({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"})},
            {
                "policy": document(
                    {"Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::1:role/*"}
                )
            },
        ),
        missing=("policy", "crashes"),
    ),
    "aws-iam-no-not-action": Case(
        good={
            "policy": document(
                {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::x"}
            )
        },
        bad=(
            {"policy": document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})},
            {
                "policy": document(
                    {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": ["arn:aws:s3:::x"]}
                )
            },
        ),
        missing=("policy", "crashes"),
    ),
    "aws-iam-assume-role-named": Case(
        good={
            "policy": document(
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Resource": "arn:aws:iam::*:role/ClickHouseAccessRole-*",
                }
            )
        },
        bad=(
            {"policy": document({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})},
            {"policy": document({"Effect": "Allow", "Action": "sts:*", "Resource": ["*"]})},
        ),
        missing=("policy", "crashes"),
    ),
    "aws-iam-trust-not-anyone": Case(
        good={
            "assumeRolePolicy": document(
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "ec2.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            )
        },
        bad=(
            {
                "assumeRolePolicy": document(
                    {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
                )
            },
            {
                "assumeRolePolicy": document(
                    {"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": "sts:AssumeRole"}
                )
            },
            {
                "assumeRolePolicy": document(
                    {"Effect": "Allow", "NotPrincipal": {"AWS": "x"}, "Action": "sts:AssumeRole"}
                )
            },
        ),
        missing=("assumeRolePolicy", "crashes"),
    ),
    "aws-iam-service-trust-has-source": Case(
        good={
            "assumeRolePolicy": document(
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "eks.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}},
                }
            )
        },
        bad=(
            {
                "assumeRolePolicy": document(
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "eks.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                )
            },
            {
                "assumeRolePolicy": document(
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": ["vpc-flow-logs.amazonaws.com"]},
                        "Action": "sts:AssumeRole",
                        "Condition": {"StringEqualsIfExists": {"aws:SourceAccount": "1"}},
                    }
                )
            },
        ),
        missing=("assumeRolePolicy", "crashes"),
    ),
    "aws-iam-web-identity-subject": Case(
        good={
            "assumeRolePolicy": document(
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": "arn:aws:iam::1:oidc-provider/ci.example.com"},
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Condition": {
                        "StringEquals": {
                            "ci.example.com:sub": "repo:a/b:ref:refs/heads/main",
                            "ci.example.com:aud": "sts.amazonaws.com",
                        }
                    },
                }
            )
        },
        bad=(
            {
                "assumeRolePolicy": document(
                    {
                        "Effect": "Allow",
                        "Principal": {"Federated": "arn:aws:iam::1:oidc-provider/ci.example.com"},
                        "Action": "sts:AssumeRoleWithWebIdentity",
                    }
                )
            },
            {
                "assumeRolePolicy": document(
                    {
                        "Effect": "Allow",
                        "Principal": {"Federated": "arn:aws:iam::1:oidc-provider/ci.example.com"},
                        "Action": "sts:AssumeRoleWithWebIdentity",
                        "Condition": {"StringEquals": {"x:aud": "sts.amazonaws.com"}},
                    }
                )
            },
            {
                "assumeRolePolicy": document(
                    {
                        "Effect": "Allow",
                        "Principal": {"Federated": "arn:aws:iam::1:oidc-provider/ci.example.com"},
                        "Action": "sts:AssumeRoleWithWebIdentity",
                        "Condition": {"StringLike": {"x:aud": "sts.amazonaws.com", "x:sub": "*"}},
                    }
                )
            },
        ),
        missing=("assumeRolePolicy", "crashes"),
    ),
    "aws-iam-session-duration": Case(
        good={"maxSessionDuration": 3600},
        bad=(
            {"maxSessionDuration": 3601},
            {"maxSessionDuration": 43200},
        ),
        missing=("maxSessionDuration", "passes"),
    ),
    "aws-iam-no-broad-managed-policy": Case(
        good={"policyArn": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"},
        bad=(
            {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
            {"policyArn": "arn:aws:iam::aws:policy/IAMFullAccess"},
        ),
        missing=("policyArn", "crashes"),
    ),
    "aws-iam-no-lasting-credentials": Case(
        good={"r": {"type": "aws:iam/role:Role", "props": {}}},
        bad=(
            {"r.type": "aws:iam/user:User"},
            {"r.type": "aws:iam/accessKey:AccessKey"},
        ),
        missing=("r", "passes"),
    ),
    "aws-s3-public-access-blocked": Case(
        good={
            "blockPublicAcls": True,
            "blockPublicPolicy": True,
            "ignorePublicAcls": True,
            "restrictPublicBuckets": True,
        },
        bad=(
            {"blockPublicAcls": False},
            {"blockPublicPolicy": False},
            {"ignorePublicAcls": False},
            {"restrictPublicBuckets": False},
        ),
        missing=("blockPublicPolicy", "fails"),
    ),
    "aws-s3-bucket-has-public-access-block": Case(
        good={
            "b": {"type": "aws:s3/bucket:Bucket", "id": "data", "props": {"bucket": "data"}},
            "x": {
                "type": "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
                "props": {"bucket": "data"},
            },
        },
        bad=(
            {"x": MISSING},
            {"x.props.bucket": "other"},
        ),
        missing=("x.props.bucket", "fails"),
    ),
    "aws-s3-bucket-has-encryption": Case(
        good={
            "b": {"type": "aws:s3/bucket:Bucket", "id": "data", "props": {"bucket": "data"}},
            "x": {
                "type": (
                    "aws:s3/bucketServerSideEncryptionConfiguration:"
                    "BucketServerSideEncryptionConfiguration"
                ),
                "props": {"bucket": "data"},
            },
        },
        bad=(
            {"x": MISSING},
            {"x.props.bucket": "other"},
        ),
        missing=("x.props.bucket", "fails"),
    ),
    "aws-s3-bucket-has-versioning": Case(
        good={
            "b": {"type": "aws:s3/bucket:Bucket", "id": "data", "props": {"bucket": "data"}},
            "x": {"type": "aws:s3/bucketVersioning:BucketVersioning", "props": {"bucket": "data"}},
        },
        bad=(
            {"x": MISSING},
            {"x.props.bucket": "other"},
        ),
        missing=("x.props.bucket", "fails"),
    ),
    "aws-s3-bucket-has-lifecycle": Case(
        good={
            "b": {"type": "aws:s3/bucket:Bucket", "id": "data", "props": {"bucket": "data"}},
            "x": {
                "type": "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
                "props": {"bucket": "data"},
            },
        },
        bad=(
            {"x": MISSING},
            {"x.props.bucket": "other"},
        ),
        missing=("x.props.bucket", "fails"),
    ),
    "aws-s3-bucket-has-owner": Case(
        good={
            "b": {"type": "aws:s3/bucket:Bucket", "id": "data", "props": {"bucket": "data"}},
            "x": {
                "type": "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
                "props": {"bucket": "data"},
            },
        },
        bad=(
            {"x": MISSING},
            {"x.props.bucket": "other"},
        ),
        missing=("x.props.bucket", "fails"),
    ),
    "aws-s3-bucket-tls-only": Case(
        good={
            "b": {"type": "aws:s3/bucket:Bucket", "id": "data", "props": {"bucket": "data"}},
            "x": {
                "type": "aws:s3/bucketPolicy:BucketPolicy",
                "props": {
                    "bucket": "data",
                    "policy": document(
                        {
                            "Effect": "Deny",
                            "Principal": "*",
                            "Action": "s3:*",
                            "Resource": "*",
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        }
                    ),
                },
            },
        },
        bad=(
            {"x": MISSING},
            {
                "x.props.policy": document(
                    {
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": "*",
                        "Condition": {"Bool": {"aws:SecureTransport": "true"}},
                    }
                )
            },
            {
                "x.props.policy": document(
                    {
                        "Effect": "Allow",
                        "Action": "s3:*",
                        "Resource": "*",
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        "Principal": "*",
                    }
                )
            },
            {
                "x.props.policy": document(
                    {
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:PutObject",
                        "Resource": "*",
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                )
            },
        ),
        missing=("x.props.bucket", "fails"),
    ),
    "aws-s3-bucket-policy-not-public": Case(
        good={
            "policy": document(
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": "*",
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            )
        },
        bad=(
            {
                "policy": document(
                    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Principal": "*"}
                )
            },
            {
                "policy": document(
                    {
                        "Effect": "Allow",
                        "Action": "s3:*",
                        "Resource": "*",
                        "Principal": {"AWS": ["*"]},
                    }
                )
            },
        ),
        missing=("policy", "crashes"),
    ),
    "aws-s3-encryption-by-kms": Case(
        good={
            "bucket": "acme-data",
            "rules": [
                {
                    "applyServerSideEncryptionByDefault": {
                        "sseAlgorithm": "aws:kms",
                        "kmsMasterKeyId": "arn:aws:kms:x",
                    },
                    "bucketKeyEnabled": True,
                }
            ],
        },
        bad=(
            {"rules.0.applyServerSideEncryptionByDefault.sseAlgorithm": "AES256"},
            {"rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId": MISSING},
        ),
        missing=("rules.0.applyServerSideEncryptionByDefault", "fails"),
    ),
    "aws-s3-bucket-key": Case(
        good={"rules": [{"bucketKeyEnabled": True}]},
        bad=(
            {"rules.0.bucketKeyEnabled": False},
            {"rules": [{"bucketKeyEnabled": True}, {"bucketKeyEnabled": False}]},
        ),
        missing=("rules.0.bucketKeyEnabled", "fails"),
    ),
    "aws-s3-owner-enforced": Case(
        good={"rule": {"objectOwnership": "BucketOwnerEnforced"}},
        bad=(
            {"rule.objectOwnership": "ObjectWriter"},
            {"rule.objectOwnership": "BucketOwnerPreferred"},
        ),
        missing=("rule.objectOwnership", "fails"),
    ),
    "aws-s3-no-public-list": Case(
        good={"acl": "private"},
        bad=(
            {"acl": "public-read"},
            {"acl": "public-read-write"},
            {"acl": "authenticated-read"},
        ),
        missing=("acl", "passes"),
    ),
    "aws-s3-no-website": Case(
        good={"bucket": "x"},
        bad=(
            {"indexDocument": {"suffix": "index.html"}},
            {"website": {"indexDocument": "x"}},
        ),
        missing=("indexDocument", "passes"),
    ),
    "aws-s3-aborts-uploads": Case(
        good={
            "rules": [
                {"status": "Enabled", "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7}}
            ]
        },
        bad=(
            {"rules.0.status": "Disabled"},
            {"rules.0.abortIncompleteMultipartUpload": {}},
        ),
        missing=("rules", "fails"),
    ),
    "aws-kms-rotation": Case(
        good={"enableKeyRotation": True},
        bad=(
            {"enableKeyRotation": False},
            {"enableKeyRotation": "false"},
        ),
        missing=("enableKeyRotation", "fails"),
    ),
    "aws-kms-deletion-window": Case(
        good={"deletionWindowInDays": 14},
        bad=(
            {"deletionWindowInDays": 13},
            {"deletionWindowInDays": 7},
        ),
        missing=("deletionWindowInDays", "passes"),
    ),
    "aws-kms-policy-not-public": Case(
        good={
            "policy": document(
                {
                    "Effect": "Allow",
                    "Action": "kms:*",
                    "Resource": "*",
                    "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
                }
            )
        },
        bad=(
            {
                "policy": document(
                    {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Principal": "*"}
                )
            },
            {
                "policy": document(
                    {
                        "Effect": "Allow",
                        "Action": "kms:*",
                        "Resource": "*",
                        "Condition": {"StringEquals": {"kms:ViaService": "s3"}},
                        "Principal": {"AWS": "*"},
                    }
                )
            },
        ),
        missing=("policy", "passes"),
    ),
    "aws-ebs-volume-encrypted": Case(
        good={"encrypted": True},
        bad=(
            {"encrypted": False},
            {"encrypted": "false"},
        ),
        missing=("encrypted", "fails"),
    ),
    "aws-log-group-encrypted": Case(
        good={"kmsKeyId": "arn:aws:kms:x"},
        bad=(
            {"kmsKeyId": MISSING},
            {"kmsKeyId": MISSING, "name": "x"},
        ),
        missing=("kmsKeyId", "fails"),
    ),
    "aws-log-group-retention": Case(
        good={"retentionInDays": 90},
        bad=(
            {"retentionInDays": 0},
            {"retentionInDays": 7},
            {"retentionInDays": 29},
        ),
        missing=("retentionInDays", "fails"),
    ),
    "aws-eks-endpoint-not-open": Case(
        good={
            "vpcConfig": {
                "endpointPublicAccess": True,
                "endpointPrivateAccess": True,
                "publicAccessCidrs": ["198.51.100.0/24"],
            },
            "accessConfig": {"authenticationMode": "API"},
            "enabledClusterLogTypes": [
                "api",
                "audit",
                "authenticator",
                "controllerManager",
                "scheduler",
            ],
            "encryptionConfig": {"resources": ["secrets"], "provider": {"keyArn": "x"}},
            "version": "1.34",
        },
        bad=(
            {"vpcConfig.publicAccessCidrs": ["0.0.0.0/0"]},
            {"vpcConfig.publicAccessCidrs": []},
            {"vpcConfig.publicAccessCidrs": ["10.0.0.0/8", "::/0"]},
            {"vpcConfig": {}},
        ),
        missing=("vpcConfig.publicAccessCidrs", "fails"),
    ),
    "aws-eks-endpoint-private": Case(
        good={
            "vpcConfig": {
                "endpointPublicAccess": True,
                "endpointPrivateAccess": True,
                "publicAccessCidrs": ["198.51.100.0/24"],
            },
            "accessConfig": {"authenticationMode": "API"},
            "enabledClusterLogTypes": [
                "api",
                "audit",
                "authenticator",
                "controllerManager",
                "scheduler",
            ],
            "encryptionConfig": {"resources": ["secrets"], "provider": {"keyArn": "x"}},
            "version": "1.34",
        },
        bad=(
            {"vpcConfig.endpointPrivateAccess": False},
            {"vpcConfig.endpointPrivateAccess": "false"},
        ),
        missing=("vpcConfig.endpointPrivateAccess", "fails"),
    ),
    "aws-eks-secrets-encrypted": Case(
        good={
            "vpcConfig": {
                "endpointPublicAccess": True,
                "endpointPrivateAccess": True,
                "publicAccessCidrs": ["198.51.100.0/24"],
            },
            "accessConfig": {"authenticationMode": "API"},
            "enabledClusterLogTypes": [
                "api",
                "audit",
                "authenticator",
                "controllerManager",
                "scheduler",
            ],
            "encryptionConfig": {"resources": ["secrets"], "provider": {"keyArn": "x"}},
            "version": "1.34",
        },
        bad=(
            {"encryptionConfig.resources": []},
            {"encryptionConfig": MISSING},
        ),
        missing=("encryptionConfig", "fails"),
    ),
    "aws-eks-control-plane-logs": Case(
        good={
            "vpcConfig": {
                "endpointPublicAccess": True,
                "endpointPrivateAccess": True,
                "publicAccessCidrs": ["198.51.100.0/24"],
            },
            "accessConfig": {"authenticationMode": "API"},
            "enabledClusterLogTypes": [
                "api",
                "audit",
                "authenticator",
                "controllerManager",
                "scheduler",
            ],
            "encryptionConfig": {"resources": ["secrets"], "provider": {"keyArn": "x"}},
            "version": "1.34",
        },
        bad=(
            {"enabledClusterLogTypes": ["api", "audit"]},
            {"enabledClusterLogTypes": []},
        ),
        missing=("enabledClusterLogTypes", "fails"),
    ),
    "aws-eks-access-entries": Case(
        good={
            "vpcConfig": {
                "endpointPublicAccess": True,
                "endpointPrivateAccess": True,
                "publicAccessCidrs": ["198.51.100.0/24"],
            },
            "accessConfig": {"authenticationMode": "API"},
            "enabledClusterLogTypes": [
                "api",
                "audit",
                "authenticator",
                "controllerManager",
                "scheduler",
            ],
            "encryptionConfig": {"resources": ["secrets"], "provider": {"keyArn": "x"}},
            "version": "1.34",
        },
        bad=(
            {"accessConfig.authenticationMode": "CONFIG_MAP"},
            {"accessConfig.authenticationMode": "API_AND_CONFIG_MAP"},
        ),
        missing=("accessConfig", "fails"),
    ),
    "aws-eks-version": Case(
        good={
            "vpcConfig": {
                "endpointPublicAccess": True,
                "endpointPrivateAccess": True,
                "publicAccessCidrs": ["198.51.100.0/24"],
            },
            "accessConfig": {"authenticationMode": "API"},
            "enabledClusterLogTypes": [
                "api",
                "audit",
                "authenticator",
                "controllerManager",
                "scheduler",
            ],
            "encryptionConfig": {"resources": ["secrets"], "provider": {"keyArn": "x"}},
            "version": "1.34",
        },
        bad=(
            {"version": "1.32"},
            {"version": "1.9"},
            {"version": ""},
        ),
        missing=("version", "fails"),
    ),
    "aws-eks-standard-support": Case(
        good={"upgradePolicy": {"supportType": "STANDARD"}},
        bad=(
            {"upgradePolicy.supportType": "EXTENDED"},
            {"upgradePolicy": {}},
        ),
        missing=("upgradePolicy", "fails"),
    ),
    "aws-eks-no-remote-access": Case(
        good={"nodeGroupName": "x"},
        bad=(
            {"remoteAccess": {"ec2SshKey": "k"}},
            {"remoteAccess": {"ec2SshKey": "k", "sourceSecurityGroupIds": ["sg-1"]}},
        ),
        missing=("remoteAccess", "passes"),
    ),
    "aws-eks-node-group-template": Case(
        good={"launchTemplate": {"id": "lt-1", "version": "1"}},
        bad=(
            {"launchTemplate": {}},
            {"launchTemplate": MISSING},
        ),
        missing=("launchTemplate", "fails"),
    ),
    "aws-launch-template-imdsv2": Case(
        good={"metadataOptions": {"httpTokens": "required", "httpEndpoint": "enabled"}},
        bad=(
            {"metadataOptions.httpTokens": "optional"},
            {"metadataOptions": {"httpEndpoint": "enabled"}},
        ),
        missing=("metadataOptions", "fails"),
    ),
    "aws-instance-imdsv2": Case(
        good={"metadataOptions": {"httpTokens": "required", "httpEndpoint": "enabled"}},
        bad=(
            {"metadataOptions.httpTokens": "optional"},
            {"metadataOptions": {"httpEndpoint": "enabled"}},
        ),
        missing=("metadataOptions", "fails"),
    ),
    "aws-launch-template-hop-limit": Case(
        good={"metadataOptions": {"httpPutResponseHopLimit": 1}},
        bad=(
            {"metadataOptions.httpPutResponseHopLimit": 2},
            {"metadataOptions.httpPutResponseHopLimit": 64},
        ),
        missing=("metadataOptions", "passes"),
    ),
    "aws-launch-template-volumes-encrypted": Case(
        good={"blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": "true"}}]},
        bad=(
            {"blockDeviceMappings.0.ebs.encrypted": "false"},
            {"blockDeviceMappings.0.ebs": {"volumeSize": 100}},
        ),
        missing=("blockDeviceMappings", "fails"),
    ),
    "aws-launch-template-no-public-address": Case(
        good={"networkInterfaces": [{"associatePublicIpAddress": "false"}]},
        bad=(
            {"networkInterfaces.0.associatePublicIpAddress": "true"},
            {"networkInterfaces.0.associatePublicIpAddress": True},
        ),
        missing=("networkInterfaces", "passes"),
    ),
    "aws-launch-template-no-key": Case(
        good={"name": "x"},
        bad=(
            {"keyName": "k"},
            {"keyName": "other"},
        ),
        missing=("keyName", "passes"),
    ),
    "aws-instance-no-public-address": Case(
        good={"associatePublicIpAddress": False},
        bad=(
            {"associatePublicIpAddress": True},
            {"associatePublicIpAddress": "true"},
        ),
        missing=("associatePublicIpAddress", "passes"),
    ),
    "aws-rds-encrypted": Case(
        good={"storageEncrypted": True},
        bad=(
            {"storageEncrypted": False},
            {"storageEncrypted": "false"},
        ),
        missing=("storageEncrypted", "fails"),
    ),
    "aws-rds-protected": Case(
        good={"deletionProtection": True},
        bad=(
            {"deletionProtection": False},
            {"deletionProtection": "false"},
        ),
        missing=("deletionProtection", "fails"),
    ),
    "aws-efs-encrypted": Case(
        good={"encrypted": True},
        bad=(
            {"encrypted": False},
            {"encrypted": "false"},
        ),
        missing=("encrypted", "fails"),
    ),
    "aws-rds-private": Case(
        good={"publiclyAccessible": False},
        bad=(
            {"publiclyAccessible": True},
            {"publiclyAccessible": "true"},
        ),
        missing=("publiclyAccessible", "passes"),
    ),
    "aws-sqs-encrypted": Case(
        good={"sqsManagedSseEnabled": True},
        bad=(
            {"sqsManagedSseEnabled": False},
            {"sqsManagedSseEnabled": "false"},
        ),
        missing=("sqsManagedSseEnabled", "passes"),
    ),
    "aws-ecr-immutable": Case(
        good={"imageTagMutability": "IMMUTABLE"},
        bad=(
            {"imageTagMutability": "MUTABLE"},
            {"imageTagMutability": ""},
        ),
        missing=("imageTagMutability", "fails"),
    ),
    "aws-ecr-scanned": Case(
        good={"imageScanningConfiguration": {"scanOnPush": True}},
        bad=(
            {"imageScanningConfiguration.scanOnPush": False},
            {"imageScanningConfiguration": {}},
        ),
        missing=("imageScanningConfiguration", "fails"),
    ),
}
