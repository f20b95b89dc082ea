// The graph that Aether keeps, in the words of @neo4j/graphql.
import { GraphQLScalarType } from "graphql";
import neo4j from "neo4j-driver";

// An instant. The library's own DateTime asks the graph for APOC at each field; this costs the peer less.
export const Instant = new GraphQLScalarType({
  name: "Instant",
  // ArcadeDB keeps instants in UTC and gives them back without a zone.
  serialize: (kept) => (typeof kept === "string" ? kept : String(kept).replace(/Z?$/, "Z")),
  parseValue: (given) => neo4j.types.DateTime.fromStandardDate(new Date(given)),
});

export function typeDefs({ authorized, levels }) {
  const rules = authorized ? authorization(levels) : { notebook: "", document: "", extra: "" };
  return /* GraphQL */ `
    scalar Instant
    ${rules.extra}

    type User @node {
      id: ID!
      username: String!
      fullName: String @alias(property: "full_name")
      notebooks: [Notebook!]! @relationship(type: "OWNS", direction: OUT, properties: "Owns")
    }

    type Notebook @node ${rules.notebook} {
      id: ID! @id
      tenant: String
      name: String!
      description: String! @default(value: "")
      visibility: String! @default(value: "private")
      status: String! @default(value: "active")
      tags: [String!]!
      documentCount: Int! @alias(property: "document_count") @default(value: 0)
      totalSizeBytes: Int! @alias(property: "total_size_bytes") @default(value: 0)
      version: Int! @default(value: 1)
      createdAt: Instant @alias(property: "created_at")
      updatedAt: Instant @alias(property: "updated_at")
      owner: [User!]! @relationship(type: "OWNS", direction: IN, properties: "Owns")
      collaborators: [User!]!
        @relationship(type: "COLLABORATES_ON", direction: IN, properties: "CollaboratesOn")
      parent: [Notebook!]! @relationship(type: "PARENT_OF", direction: IN)
      documents: [Document!]! @relationship(type: "CONTAINS", direction: OUT)
    }

    type Document @node ${rules.document} {
      id: ID!
      name: String!
      processingStatus: String! @alias(property: "processing_status")
      fileSize: Int! @alias(property: "file_size")
      uploadedAt: Instant @alias(property: "uploaded_at")
      deletion: String
      notebook: [Notebook!]! @relationship(type: "CONTAINS", direction: IN)
    }

    type Owns @relationshipProperties {
      status: String! @default(value: "active")
      level: Int! @default(value: 4)
    }

    type CollaboratesOn @relationshipProperties {
      status: String!
      level: Int!
    }
  `;
}

// Aether's rule as far as @authorization can say it: the owner, active collaborators, and everybody in the
// tenant where a notebook is public; of the notebook itself or of one above it.
//
// What it cannot say:
// - "above" to any depth: a rule names each level, so rights flow down `levels` levels and no further. Aether
//   goes up 20.
// - which permission somebody has: a rule lets through or does not, so there is no `viewerPermission`.
// - that a new notebook is one's own: `validate` needs APOC, which neither engine here has. Creating takes a
//   valid token and nothing else.
function authorization(levels) {
  const me = '{ id: { eq: "$jwt.sub" } }';
  const live = '{ NOT: { status: { eq: "deleted" } } }';
  const grants = [
    `{ owner: { some: ${me} } }`,
    `{ collaboratorsConnection: { some: { node: ${me}, edge: { status: { eq: "active" } } } } }`,
    '{ AND: [{ visibility: { eq: "public" } }, { tenant: { eq: "$jwt.tenant" } }] }',
  ].join(", ");
  const granted = (left) =>
    `{ OR: [${grants}${left ? `, { parent: { some: ${granted(left - 1)} } }` : ""}] }`;
  const readable = `{ AND: [${live}, ${granted(levels)}] }`;
  const rule = (where) => `@authorization(filter: [{ where: { node: ${where} } }])`;
  return {
    notebook: `@authentication(operations: [CREATE]) ${rule(readable)}`,
    document: rule(`{ notebook: { some: ${readable} } }`),
    extra: "type JWT @jwt { tenant: String! }",
  };
}
