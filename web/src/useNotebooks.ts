/** The notebooks that the viewer may put documents into. */

import { useCallback, useEffect, useState } from "react";

import { type Notebook, NOTEBOOKS, type NotebooksData } from "./documents";
import { useSession } from "./session";
import { ask } from "./transport";

interface Notebooks {
  /** Null until they are known. */
  readonly notebooks: readonly Notebook[] | null;
  /** Why there is nothing to choose from. */
  readonly problem: string | null;
  /** Ask again. */
  reload(): void;
}

export function useNotebooks(): Notebooks {
  const { config, headers } = useSession();
  const [notebooks, setNotebooks] = useState<readonly Notebook[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const reload = useCallback(() => {
    ask<NotebooksData>(config.endpoint, { query: NOTEBOOKS }, headers)
      .then(({ data, errors }) => {
        if (!data) throw new Error(errors?.[0]?.message ?? "Aether gave no answer.");
        const writable = data.notebooks.edges.map(({ node }) => node).filter(isWritable);
        setNotebooks(writable);
        setProblem(writable.length === 0 ? "You can write to no notebook yet: create one first." : null);
      })
      .catch((error: unknown) => setProblem(String(error instanceof Error ? error.message : error)));
  }, [config, headers]);
  useEffect(reload, [reload]);
  return { notebooks, problem, reload };
}

function isWritable({ viewerPermission }: Notebook): boolean {
  return ["WRITE", "ADMIN"].includes(viewerPermission.toUpperCase());
}
