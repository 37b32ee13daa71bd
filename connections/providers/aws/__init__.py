"""Amazon Web Services, read-only."""
