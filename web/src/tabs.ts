/** Tabs outlive a reload, but not the Aether that they were written for. */

import type { Example } from "./config";

const EXAMPLES = "aether:examples";
const PANEL = "aether:panel";
const WRITTEN = ["tabState", "query", "variables", "headers"].map((name) => `graphiql:${name}`);

/**
 * Forget stored tabs once Aether offers other examples: after a reset the ids in them
 * belong to nothing any more.
 */
export function forgetForeignTabs(storage: Storage, examples: readonly Example[]): void {
  const offered = JSON.stringify(examples);
  if (storage.getItem(EXAMPLES) === offered) return;
  for (const key of WRITTEN) storage.removeItem(key);
  storage.setItem(EXAMPLES, offered);
}

/** Whether no panel was ever opened or closed here. */
export function isFirstVisit(storage: Storage): boolean {
  return storage.getItem(PANEL) === null;
}

/** Remember that the panel *title*, or none, was chosen. */
export function rememberPanel(storage: Storage, title: string | undefined): void {
  storage.setItem(PANEL, title ?? "none");
}

/** *examples* as GraphiQL opens them. */
export function tabsOf(examples: readonly Example[]): { query: string; variables: string }[] {
  return examples.map(({ query, variables }) => ({
    query,
    variables: Object.keys(variables).length > 0 ? JSON.stringify(variables, null, 2) : "",
  }));
}
