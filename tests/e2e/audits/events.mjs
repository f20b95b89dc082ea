// Asks and subscribes with the client of graphql-sse, and prints what it is told, a line each.
import { createClient } from "graphql-sse";

const [url, authorization, id] = process.argv.slice(2);
const client = createClient({ url, headers: { authorization }, retryAttempts: 0 });
const print = (told) => console.log(JSON.stringify(told));

for await (const { data } of client.iterate({ query: "{ __typename }" })) print({ query: data });
const changed = "subscription ($id: ID!) { notebookChanged(id: $id, after: \"0-0\") { kind } }";
for await (const { data } of client.iterate({ query: changed, variables: { id } })) {
  print({ kind: data.notebookChanged.kind });
  if (data.notebookChanged.kind === "notebook_updated") break;
}
for await (const { errors } of client.iterate({ query: "{ nothing }" })) {
  print({ refused: errors[0].extensions.code });
}
