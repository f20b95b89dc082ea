/** What the page is told about the Aether that serves it. */

import { VIEWER, type ViewerData } from "./documents";
import { ask } from "./transport";

/** Somebody one can act as. Without a token the browser's cookie says who it is. */
export interface Person {
  readonly name: string;
  readonly token: string | null;
}

/** An operation that opens as a tab. */
export interface Example {
  readonly name: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface Config {
  readonly endpoint: string;
  readonly subscriptions: string;
  /** Where files are brought to, by tus. */
  readonly uploads: string;
  /** The name of who is signed in, if anybody is. */
  readonly person: string | null;
  readonly token: string | null;
  /** Everybody one can act as; with tokens only on the machine that Aether runs on. */
  readonly people: readonly Person[];
  readonly examples: readonly Example[];
  readonly demo: { readonly notebooks: readonly { readonly id: string; readonly name: string }[] };
}

/** What is so where Aether tells nothing: an embedded one, seen from another machine. */
export const UNTOLD: Config = {
  endpoint: "/graphql",
  subscriptions: "/graphql",
  uploads: "/uploads",
  person: null,
  token: null,
  people: [],
  examples: [],
  demo: { notebooks: [] },
};

/** The configuration of the Aether behind this page. */
export async function fetchConfig(): Promise<Config> {
  const response = await fetch("/graphiql/config", { cache: "no-store" });
  if (response.status === 404) return UNTOLD;
  if (!response.ok) throw new Error(`Aether answered ${response.status} ${response.statusText}.`);
  const config = (await response.json()) as Config;
  return config.token === null && config.person === null
    ? { ...config, person: await cookieName(config) }
    : config;
}

/** The name of whom the browser's cookie stands for, if for anybody. */
async function cookieName({ endpoint }: Config): Promise<string | null> {
  const { data } = await ask<ViewerData>(endpoint, { query: VIEWER }, {});
  return data?.viewer ? (data.viewer.fullName ?? data.viewer.username) : null;
}

/** Everybody one can act as, the one to begin with first. */
export function peopleOf({ people, person, token }: Config): readonly Person[] {
  if (people.length === 0) return person === null && token === null ? [] : [{ name: person ?? "You", token }];
  return [...people].sort((a, b) => Number(b.name === person) - Number(a.name === person));
}

/** The request headers that say who asks. */
export function headersOf(person: Person | undefined): Record<string, string> {
  return person?.token ? { Authorization: `Bearer ${person.token}` } : {};
}
