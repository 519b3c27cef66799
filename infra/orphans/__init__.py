"""What a deployment left behind in the account, and the command that removes each."""
