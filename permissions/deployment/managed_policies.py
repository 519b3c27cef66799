"""AWS's own policies that roles of a deployment carry; no other one may be attached to them."""

CLUSTER_POLICY = "arn:{partition}:iam::aws:policy/AmazonEKSClusterPolicy"
VPC_RESOURCE_CONTROLLER = "arn:{partition}:iam::aws:policy/AmazonEKSVPCResourceController"
WORKER_NODE = "arn:{partition}:iam::aws:policy/AmazonEKSWorkerNodePolicy"
CNI = "arn:{partition}:iam::aws:policy/AmazonEKS_CNI_Policy"
REGISTRY_READ = "arn:{partition}:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
EBS_CSI_DRIVER = "arn:{partition}:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"

MANAGED_POLICIES = (
    CLUSTER_POLICY,
    VPC_RESOURCE_CONTROLLER,
    WORKER_NODE,
    CNI,
    REGISTRY_READ,
    EBS_CSI_DRIVER,
)
