import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./style.css";

import { createRoot } from "react-dom/client";

import { App } from "./App";
import { fetchConfig } from "./config";
import { forgetForeignTabs } from "./tabs";

// A file that is dropped beside the upload panel must not replace the page.
for (const type of ["dragover", "drop"]) window.addEventListener(type, (event) => event.preventDefault());

const root = createRoot(document.getElementById("root")!);

try {
  const config = await fetchConfig();
  forgetForeignTabs(localStorage, config.examples);
  root.render(<App config={config} />);
} catch (error) {
  root.render(
    <main className="away" role="alert">
      <h1>Aether does not answer</h1>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      <a className="button" href="">
        Try again
      </a>
    </main>,
  );
}
