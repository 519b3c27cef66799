"""Resource types of EC2: networks, security groups, endpoints, templates."""
