"""The project: settings, process roles, the order of work."""
