"""EC2: what moto lacks of it."""
