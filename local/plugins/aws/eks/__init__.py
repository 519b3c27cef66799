"""Resource types of EKS."""
