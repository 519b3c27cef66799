"""The local AWS: moto's server, extended in process where a deployment needs more than moto has."""
