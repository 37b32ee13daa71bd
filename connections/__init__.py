"""The read-only door to a customer's cloud."""
