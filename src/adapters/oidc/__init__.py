"""OpenID Connect: tokens of any issuer verified, and people signed in at one."""
