"""Who calls, and whom a role trusts. The evaluation of all other policies belongs here too."""
