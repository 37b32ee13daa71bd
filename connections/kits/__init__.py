"""What the customer runs on their side to let us read."""
