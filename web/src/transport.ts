/** GraphQL over HTTP for queries and mutations, graphql-transport-ws for subscriptions. */

import type { Fetcher } from "@graphiql/toolkit";
import { getOperationAST, type OperationDefinitionNode, parse } from "graphql";
import { createClient } from "graphql-ws";

import type { Config } from "./config";

export type Headers = Readonly<Record<string, string>>;

export interface Request {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: unknown;
}

export interface Answer<Data = unknown> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

export interface Listener<Data = unknown> {
  next(answer: Answer<Data>): void;
  error(error: unknown): void;
  complete(): void;
}

/** One answer to *request*. */
export async function ask<Data>(url: string, request: Request, headers: Headers): Promise<Answer<Data>> {
  const response = await fetch(url, {
    method: "POST",
    body: JSON.stringify(request),
    headers: {
      accept: "application/graphql-response+json, application/json;q=0.9",
      "content-type": "application/json",
      ...headers,
    },
  });
  const isJson = /\bjson\b/.test(response.headers.get("content-type") ?? "");
  if (!isJson) throw new Error(`Aether answered ${response.status} ${response.statusText}.`);
  return (await response.json()) as Answer<Data>;
}

/** Every answer to *request*, on a socket of its own whose first message carries *headers*. */
export function follow<Data>(
  url: string,
  request: Request,
  headers: Headers,
  listener: Listener<Data>,
): () => void {
  const client = createClient({
    url: socketUrl(url),
    connectionParams: { ...headers },
    // An Aether that is restarted is there again within seconds; one that closes with a code has said no.
    shouldRetry: (event) => !(event instanceof CloseEvent && event.code >= 4000),
    retryAttempts: 30,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 1000)),
  });
  return client.subscribe<Data>(request as { query: string; variables?: Record<string, unknown> }, {
    next: (answer) => listener.next(answer as Answer<Data>),
    error: (error) => listener.error(explained(error)),
    complete: () => listener.complete(),
  });
}

/** How GraphiQL sends what is in its editors, with *base* where its headers do not say otherwise. */
export function fetcherOf(config: Config, base: Headers): Fetcher {
  return (params, options) => {
    const headers = joined(base, (options?.headers ?? {}) as Headers);
    const operation = operationOf(params);
    const request = { ...params, operationName: operation?.name?.value ?? params.operationName };
    if (operation?.operation !== "subscription") {
      const answer = ask(config.endpoint, request, headers);
      return answer.catch((error: unknown) => Promise.reject(explained(error))) as ReturnType<Fetcher>;
    }
    return {
      subscribe: (listener: Listener) => ({
        unsubscribe: follow(config.subscriptions, request, headers, listener),
      }),
    } as ReturnType<Fetcher>;
  };
}

/**
 * The operation that would run, or null if that is for the server to say.
 *
 * For a moment after a change GraphiQL still names the operation that was there before:
 * where only one is left, that is the one.
 */
export function operationOf({ query, operationName }: Request): OperationDefinitionNode | null {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document) ?? null;
  } catch {
    return null;
  }
}

/** *base* and *own* headers; own ones win, however they are written. */
export function joined(base: Headers, own: Headers): Headers {
  const given = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const kept = Object.entries(base).filter(([name]) => !given.has(name.toLowerCase()));
  return { ...Object.fromEntries(kept), ...own };
}

function socketUrl(url: string): string {
  const absolute = new URL(url, window.location.href);
  absolute.protocol = absolute.protocol.replace("http", "ws");
  return absolute.href;
}

/** *error* as it is to be shown: in words, and without our own lines. */
function explained(error: unknown): unknown {
  const shown = error instanceof Event ? new Error(causeOf(error)) : error;
  if (shown instanceof Error) delete shown.stack;
  return shown;
}

function causeOf(event: Event): string {
  if (!(event instanceof CloseEvent)) return "Aether cannot be reached.";
  return `The connection was closed (${event.code}${event.reason && `: ${event.reason}`}).`;
}
