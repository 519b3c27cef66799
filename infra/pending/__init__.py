"""What an engine that was killed was making in the account: found by name or by tag."""
