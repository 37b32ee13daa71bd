"""Commands that start the processes."""
