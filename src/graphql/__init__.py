"""The API: one GraphQL schema, by noun, over the domain's use cases."""

from aether.graphql import enums

__all__ = ["enums"]  # they are shown to Strawberry before any type names one
