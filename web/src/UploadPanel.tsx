/** The panel through which a document enters a notebook. */

import type { GraphiQLPlugin } from "@graphiql/react";
import { useState, useSyncExternalStore } from "react";

import { FileField } from "./FileField";
import type { Progress } from "./progress";
import { useSession } from "./session";
import { Steps } from "./Steps";
import { UploadAction } from "./UploadAction";
import { useNotebooks } from "./useNotebooks";
import { leftOf, said } from "./words";

export const UPLOAD_PLUGIN: GraphiQLPlugin = { title: "Upload", icon: UploadIcon, content: UploadPanel };

function UploadPanel() {
  const { config, upload } = useSession();
  const { file, progress } = useSyncExternalStore(upload.watch, upload.state);
  const [chosen, setChosen] = useState<string>();
  const { notebooks, problem, reload } = useNotebooks();
  const [demo] = config.demo.notebooks;
  const notebook =
    [chosen, demo?.id].find((id) => notebooks?.some((it) => it.id === id)) ?? notebooks?.[0]?.id;
  const busy = ["sending", "paused", "working"].includes(progress.phase);

  return (
    <section className="upload" aria-labelledby="upload-title">
      <h2 id="upload-title">Upload</h2>
      {problem ? (
        <p className="hint" role="alert">
          {problem}
        </p>
      ) : (
        <p className="hint">Put a document into a notebook, and watch it become searchable.</p>
      )}
      <label className="field">
        Notebook
        <select
          value={notebook ?? ""}
          disabled={busy || !notebooks?.length}
          onFocus={reload}
          onChange={({ target }) => setChosen(target.value)}
        >
          {notebooks?.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          )) ?? <option value="">…</option>}
        </select>
      </label>
      <FileField file={file} progress={progress} disabled={busy} onFile={(next) => upload.choose(next)} />
      <div className="actions">
        <UploadAction
          progress={progress}
          name={file?.name}
          onStart={file && notebook ? () => void upload.start(notebook) : undefined}
          onPause={() => void upload.pause()}
          onResume={() => void upload.resume()}
          onCancel={() => void upload.cancel()}
        />
      </div>
      <Steps progress={progress} />
      <Outcome progress={progress} />
    </section>
  );
}

function Outcome({ progress }: { readonly progress: Progress }) {
  return (
    <div className="outcome" role="status" data-phase={progress.phase}>
      {progress.failure && <code>{progress.failure.code}</code>}
      <p>{said(progress)}</p>
      <p className="left" aria-live="off">
        {leftOf(progress, Date.now())}
      </p>
    </div>
  );
}

function UploadIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M12 15.5V4M7 8.5 12 3.5l5 5M4 15v3.5A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.5V15" />
    </svg>
  );
}
