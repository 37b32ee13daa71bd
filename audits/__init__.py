"""One look at one connection: inventory, usage, cost, and the gaps."""
