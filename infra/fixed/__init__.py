"""What a deployment cannot change once it is made."""
