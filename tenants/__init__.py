"""Who may see what: organisations, identity, the tenancy boundary."""
