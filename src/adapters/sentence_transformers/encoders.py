"""Encoders: the model in its two forms, each a function from texts to embeddings.

Documents come many at a time, so the model computes them in bfloat16 where the processor does,
which takes half the time and turns an embedding by less than a degree. Somebody waits for
a query, so the same model is exported once more as a graph of ONNX Runtime, in full
precision, which answers a single text in a quarter of the time.
"""

import io
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typing_extensions import override

from aether.adapters.sentence_transformers.models import Model

Encode = Callable[[Sequence[str]], list[bytes]]
"""The embeddings of texts, each of unit length, as little-endian 32-bit floats."""

LIKENESS_LEAST = 0.999
"""How alike both forms must find a text, as a cosine; else queries take the first."""

_OPSET = 17
_BF16 = {"avx512_bf16", "amx_bf16"}
_TRIED = ("a query", "a much longer query, so that the shorter one is padded beside it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoders:
    """A model, loaded. Each of the two may be called from a thread of its own."""

    documents: Encode
    queries: Encode


def loaded(folder: Path, threads: int) -> Encoders:
    """The model in *folder*, computing in so many *threads*.

    Raises:
        OSError: The folder holds no such model.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    model: Any = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    model.eval()
    exported = _exported(model)
    if _computes_bf16():
        model.to(torch.bfloat16)
    documents = _by_torch(model)
    queries = _by_onnx(exported, folder, prompt=model.prompts.get("query") or "", threads=threads)
    alike = _likeness(documents(_TRIED), queries(_TRIED))
    return Encoders(documents=documents, queries=queries if alike >= LIKENESS_LEAST else documents)


def _by_torch(model: Any) -> Encode:
    import torch

    def encode(texts: Sequence[str]) -> list[bytes]:
        embeddings = model.encode_document(
            list(texts), batch_size=len(texts), show_progress_bar=False, convert_to_tensor=True
        ).float()
        whole = torch.nn.functional.normalize(embeddings, dim=1).numpy().astype("<f4")
        return [embedding.tobytes() for embedding in whole]

    return encode


def _exported(model: Any) -> bytes:
    """The whole *model*, from tokens to embeddings, as an ONNX graph."""
    import torch

    class Graph(torch.nn.Module):
        """The model as a function of tensors."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        @override
        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            features = self.model({"input_ids": input_ids, "attention_mask": attention_mask})
            return torch.nn.functional.normalize(features["sentence_embedding"], dim=1)

    tokens = model.tokenizer(list(_TRIED), padding=True, return_tensors="pt")
    names, both = ["input_ids", "attention_mask"], {0: "texts", 1: "tokens"}
    graph: Any = io.BytesIO()
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Graph().eval(),
            tuple(tokens[name] for name in names),
            graph,
            input_names=names,
            output_names=["embedding"],
            dynamic_axes={**dict.fromkeys(names, both), "embedding": {0: "texts"}},
            opset_version=_OPSET,
            dynamo=False,
        )
    whole: bytes = graph.getvalue()
    return whole


def _by_onnx(graph: bytes, folder: Path, *, prompt: str, threads: int) -> Encode:
    import numpy as np
    import onnxruntime

    known = Model.at(folder)
    tokenizer = known.tokenizer
    tokenizer.enable_truncation(known.most_tokens)
    tokenizer.enable_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def encode(texts: Sequence[str]) -> list[bytes]:
        encoded = tokenizer.encode_batch([prompt + text for text in texts])
        tokens = {
            "input_ids": np.array([it.ids for it in encoded], dtype="int64"),
            "attention_mask": np.array([it.attention_mask for it in encoded], dtype="int64"),
        }
        return [embedding.astype("<f4").tobytes() for embedding in session.run(None, tokens)[0]]

    return encode


def _likeness(some: Sequence[bytes], others: Sequence[bytes]) -> float:
    """The least cosine between the embeddings of a text in both forms."""
    import numpy as np

    pairs = zip(some, others, strict=True)
    return min(float(np.frombuffer(one, "<f4") @ np.frombuffer(other, "<f4")) for one, other in pairs)


def _computes_bf16() -> bool:
    try:
        told = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return not _BF16.isdisjoint(told.split())
