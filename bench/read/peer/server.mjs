// The peer: @neo4j/graphql on graphql-yoga, set up as its documentation shows, over the graph that Aether keeps.
//
// usage: node server.mjs plain|authorization
// env:   PORT, GRAPH_URL, GRAPH_USER, GRAPH_PASSWORD, GRAPH_DATABASE, JWT_SECRET, ADD_VERSION_PREFIX, LEVELS
import { createServer } from "node:http";

import { Neo4jGraphQL } from "@neo4j/graphql";
import { createYoga } from "graphql-yoga";
import neo4j from "neo4j-driver";

import { Instant, typeDefs } from "./schema.mjs";

const { env } = process;
const authorized = process.argv[2] === "authorization";

const driver = neo4j.driver(env.GRAPH_URL, neo4j.auth.basic(env.GRAPH_USER, env.GRAPH_PASSWORD));
const library = new Neo4jGraphQL({
  typeDefs: typeDefs({ authorized, levels: Number(env.LEVELS) }),
  driver,
  resolvers: { Instant },
  features: authorized ? { authorization: { key: env.JWT_SECRET } } : {},
});

const yoga = createYoga({
  schema: await library.getSchema(),
  context: ({ request }) => ({
    token: request.headers.get("authorization"),
    sessionConfig: { database: env.GRAPH_DATABASE },
    // ArcadeDB does not know the prefix `CYPHER 5`.
    cypherQueryOptions: { addVersionPrefix: env.ADD_VERSION_PREFIX === "true" },
  }),
  graphiql: false,
  logging: "error",
});
createServer(yoga).listen(Number(env.PORT), "127.0.0.1");
