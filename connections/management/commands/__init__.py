"""Commands for the hosts that hold keys."""
