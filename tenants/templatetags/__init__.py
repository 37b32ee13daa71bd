"""Template tags of the tenants' pages."""
