/** The buttons of the upload panel: what can be done next. */

import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import type { ComponentProps } from "react";

import { SEARCH } from "./documents";
import type { Progress } from "./progress";
import { wordsOf } from "./words";

interface Props {
  readonly progress: Progress;
  readonly name: string | undefined;
  readonly onStart: (() => void) | undefined;
  onPause(): void;
  onResume(): void;
  onCancel(): void;
}

export function UploadAction({ progress, name, onStart, onPause, onResume, onCancel }: Props) {
  const openSearch = useSearchTab();
  switch (progress.phase) {
    case "sending":
      return (
        <>
          <Button onClick={onPause}>Pause</Button>
          <Button onClick={onCancel}>Cancel</Button>
        </>
      );
    case "paused":
      return (
        <>
          <Button primary onClick={onResume}>
            Resume
          </Button>
          <Button onClick={onCancel}>Cancel</Button>
        </>
      );
    case "working":
      // It can still be focused, so that the keyboard does not lose its place.
      return <Button aria-disabled>Processing…</Button>;
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

function Button({ primary = false, ...rest }: ComponentProps<"button"> & { readonly primary?: boolean }) {
  return <button type="button" className={primary ? "button primary" : "button"} {...rest} />;
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
