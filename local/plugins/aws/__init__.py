"""The AWS plugin for machines without the official one: a table of resource types over boto3."""
