/** What the parts of the page share: one person's view of one Aether. */

import { createContext, useContext } from "react";

import { type Config, headersOf, type Person } from "./config";
import type { Headers } from "./transport";
import { Upload } from "./upload";

export interface Session {
  readonly config: Config;
  readonly headers: Headers;
  readonly upload: Upload;
}

/** A session of *person*, or of whoever the browser's cookie names. */
export function sessionOf(config: Config, person: Person | undefined): Session {
  const headers = headersOf(person);
  return { config, headers, upload: new Upload(config, headers) };
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("There is no session around this component.");
  return session;
}
