/** The code editor's workers, and its look. */

import { useMonaco } from "@graphiql/react";
import EditorWorker from "monaco-editor/esm/vs/editor/editor.worker.js?worker";
import JsonWorker from "monaco-editor/esm/vs/language/json/json.worker.js?worker";
import GraphQLWorker from "monaco-graphql/esm/graphql.worker.js?worker";
import { useEffect } from "react";

window.MonacoEnvironment = {
  getWorker(_id: string, label: string): Worker {
    if (label === "json") return new JsonWorker();
    if (label === "graphql") return new GraphQLWorker();
    return new EditorWorker();
  },
};

const TYPE = { fontFamily: "var(--mono)", fontSize: 13, lineHeight: 20 };

interface Palette {
  readonly primary: string;
  readonly surface: string;
  readonly text: string;
  readonly quiet: string;
  readonly keyword: string;
  readonly type: string;
  readonly argument: string;
  readonly string: string;
  readonly number: string;
}

const LIGHT: Palette = {
  primary: "#4654cf",
  surface: "#ffffff",
  text: "#2c3350",
  quiet: "#8087a0",
  keyword: "#6b3fc4",
  type: "#00737f",
  argument: "#4654cf",
  string: "#9a5200",
  number: "#a2326f",
};

const DARK: Palette = {
  primary: "#9fabff",
  surface: "#1b1f2e",
  text: "#d5daeb",
  quiet: "#7e869f",
  keyword: "#c4a7ff",
  type: "#6fd3df",
  argument: "#9fb4ff",
  string: "#e5b980",
  number: "#f29fc8",
};

/** Give GraphiQL's editors Aether's look, once the code editor is there. */
export function useEditorLook(): void {
  const monaco = useMonaco((state) => state.monaco);
  useEffect(() => {
    if (!monaco) return undefined;
    monaco.editor.defineTheme("graphiql-LIGHT", themeOf("vs", LIGHT));
    monaco.editor.defineTheme("graphiql-DARK", themeOf("vs-dark", DARK));
    for (const editor of monaco.editor.getEditors()) editor.updateOptions(TYPE);
    const later = monaco.editor.onDidCreateEditor((editor) => editor.updateOptions(TYPE));
    return () => later.dispose();
  }, [monaco]);
}

function themeOf(base: "vs" | "vs-dark", colour: Palette) {
  const token = (name: string, foreground: string) => ({ token: name, foreground: foreground.slice(1) });
  const faint = `${colour.primary}22`;
  const brackets = [1, 2, 3, 4, 5, 6].map((depth) => [
    `editorBracketHighlight.foreground${depth}`,
    colour.quiet,
  ]);
  return {
    base,
    inherit: true,
    rules: [
      token("", colour.text),
      token("comment", colour.quiet),
      token("keyword", colour.keyword),
      token("key.identifier.gql", colour.text),
      token("type.identifier.gql", colour.type),
      token("argument.identifier.gql", colour.argument),
      token("string", colour.string),
      token("string.key.json", colour.argument),
      token("string.value.json", colour.string),
      token("number", colour.number),
    ],
    colors: {
      ...Object.fromEntries(brackets),
      "editor.background": "#00000000",
      "editor.foreground": colour.text,
      "editorLineNumber.foreground": `${colour.quiet}88`,
      "editorLineNumber.activeForeground": colour.quiet,
      "editorIndentGuide.background1": `${colour.quiet}22`,
      "editor.wordHighlightBackground": faint,
      "editor.wordHighlightStrongBackground": faint,
      "editor.wordHighlightTextBackground": faint,
      "editorBracketMatch.background": faint,
      "editorBracketMatch.border": "#00000000",
      "scrollbar.shadow": "#00000000",
      "scrollbarSlider.background": `${colour.quiet}33`,
      "scrollbarSlider.hoverBackground": `${colour.quiet}55`,
      "scrollbarSlider.activeBackground": `${colour.quiet}77`,
      "textLink.foreground": colour.primary,
      "textLink.activeForeground": colour.primary,
      "editorLink.activeForeground": colour.primary,
      "editorHoverWidget.background": colour.surface,
      "editorSuggestWidget.background": colour.surface,
      "editorSuggestWidget.selectedBackground": faint,
      "editorSuggestWidget.selectedForeground": colour.primary,
      "editorWidget.background": colour.surface,
      "editorWidget.resizeBorder": colour.primary,
      "list.hoverBackground": faint,
      "list.highlightForeground": colour.primary,
      "list.focusHighlightForeground": colour.primary,
      "menu.background": colour.surface,
      "menu.selectionBackground": faint,
      "menu.selectionForeground": colour.primary,
      "quickInput.background": colour.surface,
      "quickInputList.focusBackground": faint,
      "quickInputList.focusForeground": colour.primary,
      "pickerGroup.foreground": colour.primary,
      "input.background": `${colour.quiet}1a`,
      "toolbar.hoverBackground": faint,
      "inputOption.hoverBackground": faint,
      focusBorder: colour.primary,
    },
  };
}
