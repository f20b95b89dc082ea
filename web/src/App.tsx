/** The page: GraphiQL, as somebody, with Aether's own panel. */

import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { useEffect, useMemo, useState } from "react";

import { type Config, peopleOf } from "./config";
import { useEditorLook } from "./editor";
import { Header } from "./Header";
import { RunHint } from "./RunHint";
import { SessionContext, sessionOf } from "./session";
import { isFirstVisit, rememberPanel, tabsOf } from "./tabs";
import { fetcherOf } from "./transport";
import { UPLOAD_PLUGIN } from "./UploadPanel";

const PLUGINS = [UPLOAD_PLUGIN, HISTORY_PLUGIN];

export function App({ config }: { readonly config: Config }) {
  const people = useMemo(() => peopleOf(config), [config]);
  const [person, setPerson] = useState(people[0]);
  const session = useMemo(() => sessionOf(config, person), [config, person]);
  const [firstVisit] = useState(() => isFirstVisit(localStorage));
  // The token stays out of the editors, whose contents GraphiQL stores.
  const fetcher = useMemo(() => fetcherOf(config, session.headers), [config, session]);
  useEffect(() => () => session.upload.stop(), [session]);
  useEditorLook();

  // Another person gets another GraphiQL: no answer to somebody else stays on the screen.
  return (
    <SessionContext value={session}>
      <Header config={config} people={people} person={person} onPerson={setPerson} />
      <main className="workbench" key={person?.name}>
        <GraphiQL
          fetcher={fetcher}
          plugins={PLUGINS}
          {...(firstVisit && { visiblePlugin: UPLOAD_PLUGIN })}
          onTogglePluginVisibility={(plugin) => rememberPanel(localStorage, plugin?.title)}
          {...(config.examples.length > 0 && { defaultTabs: tabsOf(config.examples) })}
          defaultEditorToolsVisibility="variables"
          showPersistHeadersSettings={false}
        >
          <GraphiQL.Logo>{null}</GraphiQL.Logo>
          <GraphiQL.Footer>
            <RunHint />
          </GraphiQL.Footer>
        </GraphiQL>
      </main>
    </SessionContext>
  );
}
