"""The customer's plan with us. Cloud money is never called billing: it is cost."""
