"""Languages: which programming language a file is in, by the ending of its name.

Files without an ending are known by their whole names.
"""

from pathlib import Path

_ENDINGS = {
    "Ada": ".adb .ads",
    "Assembly": ".asm .s",
    "Awk": ".awk",
    "Batch": ".bat .cmd",
    "C": ".c .h",
    "C#": ".cs",
    "C++": ".cpp .cc .cxx .hpp .hh .hxx",
    "Clojure": ".clj .cljs .cljc .edn",
    "CMake": ".cmake",
    "CoffeeScript": ".coffee",
    "CSS": ".css",
    "Cypher": ".cypher .cql",
    "D": ".d",
    "Dart": ".dart",
    "Dockerfile": ".dockerfile dockerfile containerfile",
    "Elixir": ".ex .exs",
    "Elm": ".elm",
    "Erlang": ".erl .hrl",
    "F#": ".fs .fsx .fsi",
    "Fortran": ".f .f90 .f95 .for",
    "Go": ".go",
    "GraphQL": ".graphql .gql",
    "Groovy": ".groovy .gradle",
    "Haskell": ".hs .lhs",
    "HCL": ".tf .hcl .tfvars",
    "Java": ".java",
    "JavaScript": ".js .mjs .cjs .jsx",
    "Julia": ".jl",
    "Kotlin": ".kt .kts",
    "Less": ".less",
    "Lisp": ".lisp .lsp .cl .el",
    "Lua": ".lua",
    "Makefile": ".mk .mak makefile gnumakefile",
    "Nim": ".nim",
    "Nix": ".nix",
    "Objective-C": ".m .mm",
    "OCaml": ".ml .mli",
    "Pascal": ".pas .pp .dpr",
    "Patch": ".diff .patch",
    "Perl": ".pl .pm",
    "PHP": ".php .phtml",
    "PowerShell": ".ps1 .psm1 .psd1",
    "Prolog": ".pro .prolog",
    "Protocol Buffers": ".proto",
    "Python": ".py .pyi .pyw",
    "R": ".r",
    "Racket": ".rkt",
    "Ruby": ".rb .rake gemfile rakefile",
    "Rust": ".rs",
    "Sass": ".scss .sass",
    "Scala": ".scala .sc",
    "Scheme": ".scm .ss",
    "Shell": ".sh .bash .zsh .fish .ksh",
    "Smalltalk": ".st",
    "Solidity": ".sol",
    "SQL": ".sql",
    "Starlark": ".bzl .star",
    "Svelte": ".svelte",
    "Swift": ".swift",
    "SystemVerilog": ".sv .svh",
    "Tcl": ".tcl",
    "Thrift": ".thrift",
    "TypeScript": ".ts .tsx .mts .cts",
    "Verilog": ".v",
    "VHDL": ".vhd .vhdl",
    "Visual Basic": ".vb .vbs .bas",
    "Vue": ".vue",
    "Zig": ".zig",
}
LANGUAGES = {ending: language for language, endings in _ENDINGS.items() for ending in endings.split()}
"""The languages, each by its endings."""


def language_of(name: str) -> str | None:
    """The language that the name of a file promises."""
    return LANGUAGES.get(Path(name).name.lower()) or LANGUAGES.get(Path(name).suffix.lower())
