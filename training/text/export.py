"""Writes a network as a model folder of transformers.js: config.json, tokenizer files, onnx/model_quantized.onnx."""

import json
import tempfile
import warnings
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from tokenizers import Tokenizer
from torch import nn

from corpora import EMOTIONS
from network import EmotionNetwork
from tokenizer import MAX_TOKENS, PAD, save_tokenizer

LICENCE = "Apache-2.0"


class CalibratedReader(nn.Module):
    """What is shipped: the mean of the networks' logits, calibrated, so that their softmax is a probability."""

    def __init__(self, networks: list[EmotionNetwork], temperature: float, offsets: np.ndarray):
        super().__init__()
        self.networks = nn.ModuleList(networks)
        self.temperature = temperature
        self.register_buffer("offsets", torch.tensor(offsets, dtype=torch.float32))

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        logits = sum(network(input_ids, attention_mask)[0] for network in self.networks) / len(self.networks)
        return logits / self.temperature + self.offsets


def export(
    reader: CalibratedReader, tokenizer: Tokenizer, prior: np.ndarray, facts: dict[str, object], folder: Path
) -> None:
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    save_tokenizer(tokenizer, folder)
    network = reader.networks[0].config
    config = dict(
        architectures=["BertForSequenceClassification"],
        model_type="bert",
        problem_type="single_label_classification",
        id2label={str(i): emotion for i, emotion in enumerate(EMOTIONS)},
        label2id={emotion: i for i, emotion in enumerate(EMOTIONS)},
        vocab_size=network.vocab,
        hidden_size=network.width,
        num_hidden_layers=len(network.layers),
        num_attention_heads=4,
        max_position_embeddings=MAX_TOKENS,
        pad_token_id=PAD,
        undertone=dict(
            prior={emotion: round(float(share), 6) for emotion, share in zip(EMOTIONS, prior, strict=True)},
            temperature=round(reader.temperature, 6),
            offsets=[round(float(offset), 6) for offset in reader.offsets],
            **facts,
        ),
    )
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    with tempfile.TemporaryDirectory() as scratch:
        full, prepared, tables = (Path(scratch, f"{step}.onnx") for step in ("full", "prepared", "tables"))
        _write_onnx(reader, full)
        quant_pre_process(full, prepared)
        quantize_dynamic(prepared, tables, op_types_to_quantize=["Gather"], weight_type=QuantType.QUInt8)
        # Weights are rounded to eight bits, activations are not: rounding those too would make a sentence's answer
        # depend on the other sentences of its batch, which attribution by leaving words out cannot bear.
        onnx.save(_matrices_in_bytes(onnx.load(tables)), folder / "onnx/model_quantized.onnx")


def write_manifest_entry(models: Path, name: str) -> None:
    """Pins the folder's files, as `src/common/model-manifest.ts` reads them; other entries stay as they are."""
    folder = models / name
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix in {".json", ".onnx"}]
    pins = {
        file.relative_to(folder).as_posix(): dict(bytes=file.stat().st_size, sha256=sha256(file.read_bytes()).hexdigest())
        for file in files
    }
    entry = dict(kind="text", licence=LICENCE, path=name, labels=list(EMOTIONS), files=pins)
    manifest = models / "manifest.json"
    known = json.loads(manifest.read_text())["models"] if manifest.exists() else {}
    entries = dict(sorted({**known, name: entry}.items()))
    manifest.write_text(json.dumps(dict(models=entries), indent=2, ensure_ascii=False) + "\n")


def _matrices_in_bytes(model: onnx.ModelProto) -> onnx.ModelProto:
    """Stores the weights of every matrix product as int8 with a scale per column."""
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    unpack = []
    for name in {node.input[1] for node in graph.node if node.op_type == "MatMul" and node.input[1] in weights}:
        matrix = numpy_helper.to_array(weights[name])
        scale = np.maximum(np.abs(matrix).max(0), 1e-8) / 127
        graph.initializer.remove(weights[name])
        graph.initializer.extend([
            numpy_helper.from_array(np.round(matrix / scale).astype(np.int8), f"{name}_int8"),
            numpy_helper.from_array(scale.astype(np.float32), f"{name}_scale"),
        ])
        unpack.append(helper.make_node("DequantizeLinear", [f"{name}_int8", f"{name}_scale"], [name], axis=1))
    nodes = [*unpack, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model


def _write_onnx(reader: CalibratedReader, file: Path) -> None:
    ids = torch.randint(5, 900, (2, 11))
    mask = torch.ones_like(ids)
    mask[1, 7:] = 0
    free = {0: "batch_size", 1: "sequence_length"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            reader.eval(),
            (ids * mask, mask),
            str(file),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_axes=dict(input_ids=free, attention_mask=free, logits={0: "batch_size"}),
            opset_version=17,
            dynamo=False,
        )
    onnx.checker.check_model(str(file))
