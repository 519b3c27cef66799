"""Resource types of load balancers."""
