/** Where a file is dropped or chosen, and where its bytes are seen to leave. */

import { type DragEvent, useId, useState } from "react";

import type { Progress } from "./progress";
import { sizeOf } from "./words";

interface Props {
  readonly file: File | null;
  readonly progress: Progress;
  readonly disabled: boolean;
  onFile(file: File | null): void;
}

export function FileField({ file, progress, disabled, onFile }: Props) {
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
      {(progress.phase === "sending" || progress.phase === "paused") && (
        <progress aria-label="Bytes sent" max={100} value={progress.percent} />
      )}
    </div>
  );
}
