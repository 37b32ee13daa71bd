"""Commands for the hosts that hold the workers."""
