"""The API: one GraphQL schema, by noun, over the domain's use cases."""
