"""The operations that the client asks for, as GraphQL documents."""

NOTEBOOK = """
query Notebook($id: ID!) {
  notebook(id: $id) { id name viewerPermission parent { id } }
}
"""

NOTEBOOKS = """
query Notebooks($text: String!, $parent: ID, $after: String) {
  notebooks(first: 100, after: $after, filter: {text: $text, parentId: $parent}) {
    edges { node { id name viewerPermission parent { id } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

CREATE_NOTEBOOK = """
mutation CreateNotebook($name: String!, $parent: ID) {
  createNotebook(input: {name: $name, parentId: $parent}) {
    userErrors { code message }
    notebook { id }
  }
}
"""

DOCUMENTS = """
query Documents($id: ID!, $after: String) {
  notebook(id: $id) {
    documents(first: 100, after: $after) {
      edges { node { id name fileSize fileHash processingStatus error { code message } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""

DOCUMENT_JOBS = """
query DocumentJobs($id: ID!) {
  document(id: $id) { jobs { id } }
}
"""

_JOB = "status stage progress error { code message }"

JOB = f"query Job($id: ID!) {{ job(id: $id) {{ {_JOB} }} }}"

JOB_PROGRESS = f"subscription JobProgress($id: ID!) {{ jobProgress(id: $id) {{ job {{ {_JOB} }} }} }}"

SEARCH = """
query Search($query: String!, $mode: SearchMode!, $notebook: ID, $first: Int!) {
  search(query: $query, mode: $mode, notebookId: $notebook, first: $first) {
    missing
    edges {
      node {
        score
        snippet
        highlights { start end }
        notebook { id name }
        document { id name }
        chunk { id page start end }
      }
    }
  }
}
"""

ANYTHING = "{ __typename }"
