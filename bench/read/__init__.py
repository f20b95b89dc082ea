"""The read race: Aether beside @neo4j/graphql, on the same graph, by the same operations."""
