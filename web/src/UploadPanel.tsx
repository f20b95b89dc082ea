/** The panel through which a document enters a notebook. */

import { type GraphiQLPlugin, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { type DragEvent, type ReactNode, useId, useState, useSyncExternalStore } from "react";

import { SEARCH } from "./documents";
import type { Progress } from "./progress";
import { useSession } from "./session";
import { Steps } from "./Steps";
import { useNotebooks } from "./useNotebooks";
import { said, sizeOf, wordsOf } from "./words";

export const UPLOAD_PLUGIN: GraphiQLPlugin = { title: "Upload", icon: UploadIcon, content: UploadPanel };

function UploadPanel() {
  const { upload } = useSession();
  const { file, progress } = useSyncExternalStore(upload.watch, upload.state);
  const [chosen, setChosen] = useState<string>();
  const { notebooks, problem, reload } = useNotebooks();
  const notebook = notebooks?.find(({ id }) => id === chosen)?.id ?? notebooks?.[0]?.id;
  const busy = progress.phase === "sending" || progress.phase === "working";

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
        <Action
          progress={progress}
          name={file?.name}
          onStart={file && notebook ? () => void upload.start(notebook) : undefined}
          onCancel={() => upload.stop()}
        />
      </div>
      <Steps progress={progress} />
      <Outcome progress={progress} />
    </section>
  );
}

interface FileFieldProps {
  readonly file: File | null;
  readonly progress: Progress;
  readonly disabled: boolean;
  onFile(file: File | null): void;
}

function FileField({ file, progress, disabled, onFile }: FileFieldProps) {
  const [over, setOver] = useState(false);
  const id = useId();
  const drag = (inside: boolean) => (event: DragEvent) => {
    event.preventDefault();
    setOver(inside && !disabled);
  };
  const drop = (event: DragEvent) => {
    drag(false)(event);
    const [dropped] = event.dataTransfer.files;
    if (dropped && !disabled) onFile(dropped);
  };
  return (
    <div className="drop" data-over={over} onDragOver={drag(true)} onDragLeave={drag(false)} onDrop={drop}>
      <input
        id={id}
        type="file"
        className="unseen"
        disabled={disabled}
        // So that the same file can be chosen again.
        onClick={({ currentTarget }) => (currentTarget.value = "")}
        onChange={({ target }) => onFile(target.files?.[0] ?? null)}
      />
      <label htmlFor={id} aria-disabled={disabled}>
        <strong>{file ? file.name : "Drop a file here"}</strong>
        <span>{file ? sizeOf(file.size) : "or choose one"}</span>
      </label>
      {progress.phase === "sending" && <progress aria-label="Bytes sent" max={100} value={progress.percent} />}
    </div>
  );
}

interface ActionProps {
  readonly progress: Progress;
  readonly name: string | undefined;
  readonly onStart: (() => void) | undefined;
  onCancel(): void;
}

function Action({ progress, name, onStart, onCancel }: ActionProps) {
  const openSearch = useSearchTab();
  switch (progress.phase) {
    case "sending":
      return <Button onClick={onCancel}>Cancel</Button>;
    case "working":
      return <Button disabled>Processing…</Button>;
    case "ready":
      return (
        <Button primary onClick={() => openSearch(wordsOf(name ?? ""))}>
          Search it
        </Button>
      );
    default:
      return (
        <Button primary disabled={!onStart} onClick={onStart}>
          {progress.phase === "failed" ? "Try again" : "Upload"}
        </Button>
      );
  }
}

interface ButtonProps {
  readonly primary?: boolean;
  readonly disabled?: boolean;
  readonly onClick?: (() => void) | undefined;
  readonly children: ReactNode;
}

function Button({ primary = false, ...rest }: ButtonProps) {
  return <button type="button" className={primary ? "button primary" : "button"} {...rest} />;
}

function Outcome({ progress }: { readonly progress: Progress }) {
  return (
    <div className="outcome" role="status" data-phase={progress.phase}>
      {progress.failure && <code>{progress.failure.code}</code>}
      <p>{said(progress)}</p>
    </div>
  );
}

/** Opens a new tab with a search for some words, ready to run. */
function useSearchTab(): (words: string) => void {
  const { addTab } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(({ queryEditor, variableEditor }) => ({
    queryEditor,
    variableEditor,
  }));
  return (words) => {
    addTab();
    queryEditor?.setValue(SEARCH);
    variableEditor?.setValue(JSON.stringify({ query: words }, null, 2));
    queryEditor?.focus();
  };
}

function UploadIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M12 15.5V4M7 8.5 12 3.5l5 5M4 15v3.5A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.5V15" />
    </svg>
  );
}
