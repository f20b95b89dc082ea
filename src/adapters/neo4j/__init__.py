"""The graph, on Neo4j and whatever speaks Bolt and Cypher as it does."""
