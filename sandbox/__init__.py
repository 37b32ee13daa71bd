"""Clouds and sign-in that speak the real wire protocols on loopback, and the embedded servers. Never imported by the product."""
