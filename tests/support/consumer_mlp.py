"""The model of the projects in tests/consumers, and what it computes."""

from pathlib import Path

import numpy as np
import onnx


class Mlp:
    """x[batch, 16] -> ReLU(x A + a) B + b, weights from a seed; `save` puts them into a file beside the model."""

    def __init__(self, seed: int, hidden: int = 8) -> None:
        rng = np.random.default_rng(seed)
        shapes = {"A": (16, hidden), "a": (hidden,), "B": (hidden, 3), "b": (3,)}
        self.weights = {name: rng.standard_normal(shape).astype("f4") for name, shape in shapes.items()}

    def save(self, path: Path, batch: int | str = "N", external: bool = False) -> None:
        node, value = onnx.helper.make_node, onnx.helper.make_tensor_value_info
        nodes = [node("Gemm", ["x", "A", "a"], ["hidden"]), node("Relu", ["hidden"], ["positive"]),
                 node("Gemm", ["positive", "B", "b"], ["y"])]
        graph = onnx.helper.make_graph(
            nodes, "mlp", [value("x", 1, [batch, 16])], [value("y", 1, [batch, 3])],
            initializer=[onnx.numpy_helper.from_array(array, name) for name, array in self.weights.items()])
        model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
        location = path.with_suffix(".weights")
        location.unlink(missing_ok=True)  # onnx appends
        onnx.save(model, path, save_as_external_data=external, location=location.name, size_threshold=0)

    def outputs(self, batch: int) -> np.ndarray:
        x = (np.arange(batch * 16, dtype="f4") / 8 - 1).reshape(batch, 16)
        w = self.weights
        y: np.ndarray = np.maximum(x @ w["A"] + w["a"], 0) @ w["B"] + w["b"]
        return y.ravel()


def check(printed: str, *expected: np.ndarray) -> None:
    np.testing.assert_allclose(np.array(printed.split(), "f4"), np.concatenate(expected), rtol=1e-4, atol=1e-4)
