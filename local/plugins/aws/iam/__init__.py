"""Resource types of IAM. They have no region."""
