"""Clouds and sign-in on real wire protocols, on loopback, and the embedded servers. The product never imports it."""
