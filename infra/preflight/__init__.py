"""Looks at an account, read-only, before a deployment is made in it."""
