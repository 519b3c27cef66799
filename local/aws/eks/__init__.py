"""EKS: what moto lacks of it, and the one API server behind every cluster."""
