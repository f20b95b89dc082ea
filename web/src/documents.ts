/** The operations that the page itself sends or offers. */

/** Whom the browser's cookie names. */
export const VIEWER = `query Viewer {
  viewer {
    username
    fullName
  }
}`;

export interface ViewerData {
  readonly viewer: { readonly username: string; readonly fullName: string | null } | null;
}

export interface Notebook {
  readonly id: string;
  readonly name: string;
  readonly viewerPermission: string;
}

/** The notebooks that the viewer sees. */
export const NOTEBOOKS = `query Notebooks {
  notebooks(first: 50) {
    edges {
      node {
        id
        name
        viewerPermission
      }
    }
  }
}`;

export interface NotebooksData {
  readonly notebooks: { readonly edges: readonly { readonly node: Notebook }[] };
}

export interface Job {
  readonly id: string;
  readonly status: string;
  readonly stage: string | null;
  /** How much of the whole is done, from 0 to 100. */
  readonly progress: number;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** When it will be over, as ISO 8601; none if that cannot be said. */
  readonly eta: { readonly likely: string; readonly latest: string } | null;
}

/** A job as it is, then each change, up to its end. */
export const PROGRESS = `subscription Progress($job: ID!) {
  jobProgress(id: $job) {
    cursor
    job {
      id
      status
      stage
      progress
      error {
        code
        message
      }
      eta {
        likely
        latest
      }
    }
  }
}`;

export interface ProgressData {
  readonly jobProgress: { readonly cursor: string; readonly job: Job };
}

/** What "Search it" opens in a new tab; its one variable is `query`. */
export const SEARCH = `query Search($query: String!) {
  search(query: $query, first: 5) {
    edges {
      node {
        snippet
        score
        document {
          id
          name
        }
      }
    }
  }
}
`;
