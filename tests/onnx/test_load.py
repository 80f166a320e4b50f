"""Reading models: what is taken out, what is checked, how shapes become numbers."""

import subprocess
import sys

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper, numpy_helper
from small_onnx import FLOAT, INT64, mlp, model

from vecwrap.errors import ModelError, UnsupportedModel
from vecwrap.onnx.load import load
from vecwrap.onnx.simplify import simplify
from vecwrap.onnx.source import FOLDED_BYTES

RELU = helper.make_node("Relu", ["x"], ["y"])


def relu(**options):
    return model([RELU], [("x", FLOAT, [2, 3])], [("y", FLOAT, [2, 3])], **options)


def source(proto, shapes=None, supported=()):
    return simplify(load(proto), shapes, supported)


def changed(change, proto=None):
    proto = proto or relu()
    change(proto)
    return proto.SerializeToString()


def as_strided_model(elements):
    """One large initializer, stored in typed fields instead of raw bytes."""
    tensor = helper.make_tensor("w", onnx.helper.np_dtype_to_tensor_dtype(elements.dtype), elements.shape, elements.flatten())
    assert not tensor.raw_data
    proto = model([helper.make_node("Identity", ["w"], ["y"])], [], [("y", tensor.data_type, elements.shape)])
    proto.graph.initializer.append(tensor)
    return proto


class TestWeights:
    def test_large_ones_are_not_in_the_proto(self, tmp_path):
        proto = mlp()
        onnx.save(proto, tmp_path / "mlp.onnx")
        for form in (tmp_path / "mlp.onnx", str(tmp_path / "mlp.onnx"), proto, proto.SerializeToString()):
            loaded = load(form)
            assert set(loaded.constants) == {"w1", "w2"}
            assert loaded.proto.ByteSize() < 1000
            for tensor in proto.graph.initializer:
                if tensor.name in loaded.constants:
                    np.testing.assert_array_equal(loaded.constants[tensor.name].load(), numpy_helper.to_array(tensor))

    @pytest.mark.parametrize("dtype", ["f4", "f8", "i4", "i8", "u1", "?", "f2", "u4", "u8", "i1"])
    def test_typed_fields(self, dtype):
        elements = np.random.default_rng(0).integers(0, 2, (40, 60)).astype(dtype)
        constant = load(as_strided_model(elements)).constants["w"]
        assert (constant.dtype, constant.shape) == (elements.dtype, elements.shape)
        np.testing.assert_array_equal(constant.load(), elements)

    def test_four_bit_elements(self):
        elements = np.arange(4096, dtype="i4").reshape(64, 64) % 16 - 8
        tensor = helper.make_tensor("w", onnx.TensorProto.INT4, elements.shape, elements.flatten())
        proto = model([helper.make_node("Cast", ["w"], ["y"], to=FLOAT)], [], [("y", FLOAT, [64, 64])], opset=21)
        proto.graph.initializer.append(tensor)
        proto.ir_version = 10
        made = source(proto)
        assert not made.nodes
        np.testing.assert_array_equal(made.constant("y"), elements.astype("f4"))

    def test_initializers_among_the_inputs_are_constants(self):
        proto = mlp()
        for tensor in proto.graph.initializer:
            proto.graph.input.append(helper.make_tensor_value_info(tensor.name, FLOAT, list(tensor.dims)))
        assert [value.name for value in source(proto).inputs] == ["x"]

    def test_large_constant_nodes(self):
        elements = np.random.default_rng(0).standard_normal((30, 30), "f4")
        node = helper.make_node("Constant", [], ["c"], value=numpy_helper.from_array(elements))
        proto = model([node, helper.make_node("Add", ["x", "c"], ["y"])], [("x", FLOAT, [30, 30])], [("y", FLOAT, [30, 30])])
        made = source(proto)
        assert [node.op_type for node in made.nodes] == ["Add"]
        np.testing.assert_array_equal(made.constant("c"), elements)

    def test_external_data(self, tmp_path):
        proto = mlp()
        path = tmp_path / "mlp.onnx"
        onnx.save(proto, path, save_as_external_data=True, location="weights.bin", size_threshold=0)
        loaded = load(path)
        assert [file.name for file in loaded.files] == ["mlp.onnx", "weights.bin"]
        made = simplify(loaded)
        for tensor in mlp().graph.initializer:
            np.testing.assert_array_equal(made.constant(tensor.name), numpy_helper.to_array(tensor))

    def test_memory_and_modules(self, tmp_path):
        """A 64 MB model is read and simplified in little more than what Python and onnx need themselves; without torch."""
        weights = {"w": np.ones((4096, 4096), "f4")}
        onnx.save(model([helper.make_node("MatMul", ["x", "w"], ["y"])], [("x", FLOAT, [1, 4096])],
                        [("y", FLOAT, [1, 4096])], weights), tmp_path / "m.onnx")
        code = ("import sys, resource; from vecwrap.onnx.load import load; from vecwrap.onnx.simplify import simplify\n"
                "simplify(load(sys.argv[1])); assert 'torch' not in sys.modules and 'onnxruntime' not in sys.modules\n"
                "print(*(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))")
        result = subprocess.run([sys.executable, "-c", code, tmp_path / "m.onnx"], capture_output=True, text=True, check=True)
        assert int(result.stdout) < (64 + 110) * 1024  # KiB; getrusage's peak would include the parent's


def external(location="w.bin", **entries):
    def change(proto):
        tensor = proto.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in {"location": location, **entries}.items():
            tensor.external_data.add(key=key, value=str(value))
    return change


class TestErrors:
    @pytest.mark.parametrize("data, message", [
        (b"", "model: is empty"),
        (b"hello world, this is a text file", "not an ONNX model, or damaged"),
        (b"\x7fELF\x02\x01\x01" + bytes(100), "not an ONNX model"),
        (bytes(1000), "not an ONNX model, or damaged (damaged at byte 0)"),
        (mlp().SerializeToString()[:-100], "cut off: byte"),
        (changed(lambda m: m.ClearField("graph")), "no IR version or no graph"),
        (changed(lambda m: m.ClearField("ir_version")), "no IR version or no graph"),
        (changed(lambda m: setattr(m, "ir_version", 999)), "IR version 999 is newer than onnx"),
        (changed(lambda m: setattr(m.opset_import[0], "version", 999)), "opset 999 is not between 1 and"),
        (changed(lambda m: setattr(m.opset_import[0], "version", 0)), "opset 0 is not between"),
        (changed(lambda m: m.graph.node[0].input.append("more")), "not a valid model: "),
        (changed(lambda m: setattr(m.graph.node[0], "op_type", "Reluu")), "No Op registered for Reluu"),
        (changed(lambda m: m.graph.node[0].ClearField("input")), "not a valid model: "),
        (changed(lambda m: m.graph.sparse_initializer.add().values.__setattr__("name", "s")), "initializer 's' is sparse"),
        (changed(lambda m: m.graph.initializer.append(m.graph.initializer[0]), mlp()), "initializer 'w1' occurs twice"),
        (changed(lambda m: m.graph.initializer[0].dims.append(2), mlp()), "'w1' has 4096 bytes, but shape [16, 64, 2]"),
        (changed(external(), mlp()), "is in external file 'w.bin'; pass the model's path"),
    ])
    def test_message(self, data, message):
        with pytest.raises(ModelError) as error:
            load(data)
        assert message in str(error.value)
        assert "\n" not in str(error.value)

    def test_ops_outside_of_the_standard(self):
        data = changed(lambda m: (setattr(m.graph.node[0], "domain", "com.x"), m.opset_import.add(domain="com.x", version=3)))
        with pytest.raises(UnsupportedModel, match=r"node 'y' is com.x.Relu \(opset 3\); ops of domain com.x are not"):
            load(data)

    @pytest.mark.parametrize("change, content, message", [
        (external(), None, "external file .*w.bin: No such file"),
        (external(), 100, "has 100 bytes, but shape \\[16, 64\\] of float takes 4096"),
        (external(length=4096), 100, "needs bytes 0 to 4096 of .*w.bin, which has 100; is the file cut off"),
        (external(offset="many"), 100, "is not a number"),
        (external("../w.bin"), None, "not inside of the model's folder"),
        (external("/etc/passwd"), None, "not inside of the model's folder"),
    ])
    def test_external_data(self, tmp_path, change, content, message):
        (tmp_path / "m.onnx").write_bytes(changed(change, mlp()))
        if content:
            (tmp_path / "w.bin").write_bytes(bytes(content))
        with pytest.raises(ModelError, match=message):
            load(tmp_path / "m.onnx")

    def test_paths(self, tmp_path):
        with pytest.raises(ModelError, match="nope.onnx: No such file or directory"):
            load(tmp_path / "nope.onnx")
        with pytest.raises(ModelError, match="is a folder"):
            load(tmp_path)
        (tmp_path / "empty.onnx").touch()
        with pytest.raises(ModelError, match="is empty"):
            load(tmp_path / "empty.onnx")

    def test_names_that_are_not_text(self):
        content = mlp().SerializeToString()
        name = mlp().graph.initializer[0].name.encode()
        with pytest.raises(ModelError, match="'name' is not UTF-8|'input' is not UTF-8"):
            load(content.replace(name, b"\x80" * len(name)))

    @given(st.data())
    @settings(max_examples=150, deadline=None)
    def test_damaged_bytes(self, data):
        """Cut off or changed anywhere: a model, or a ModelError."""
        content = bytearray(mlp().SerializeToString())
        for at in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
            content[at] = data.draw(st.integers(0, 255))
        content = bytes(content[:data.draw(st.integers(0, len(content)) | st.just(len(content)))])
        try:
            for constant in source(content).constants.values():
                constant.load()
        except ModelError as error:
            assert "\n" not in str(error)


class TestShapes:
    def test_by_input_or_by_symbol(self):
        for shapes in ({"x": (4, 16)}, {"batch": 4}, {"batch": [4]}):
            made = source(mlp("batch"), shapes)
            assert made.inputs[0].shape == (4, 16) and made.outputs[0].shape == (4, 10)

    def test_symbols_are_shared(self):
        proto = model([helper.make_node("Add", ["a", "b"], ["y"])], [("a", FLOAT, ["n", "m"]), ("b", FLOAT, ["n", "m"])],
                      [("y", FLOAT, ["n", "m"])])
        assert source(proto, {"a": (2, 3)}).inputs[1].shape == (2, 3)
        with pytest.raises(ModelError, match="dim 'n' is 5 here and 2"):
            source(proto, {"a": (2, 3), "b": (5, 3)})

    @pytest.mark.parametrize("shapes, message", [
        ({}, r"dim 0 \('batch'\) of input 'x' is not fixed; give its shape: --shape x=batch,16"),
        ({"x": (4,)}, r"--shape x: 1 dims given, the input has 2 \(batch,16\)"),
        ({"x": (4, 17)}, "dim 1 is 16 in model and cannot become 17"),
        ({"x": (-1, 16)}, "dims must not be negative"),
        ({"z": (4, 16)}, "has no input or symbolic dim of that name; it has x, batch"),
    ])
    def test_errors(self, shapes, message):
        with pytest.raises(ModelError, match=message):
            source(mlp("batch"), shapes)

    def test_shapes_that_do_not_fit(self):
        proto = model([helper.make_node("Add", ["a", "b"], ["y"])], [("a", FLOAT, [2]), ("b", FLOAT, [3])], [("y", FLOAT, [2])])
        with pytest.raises(ModelError, match="shapes or types do not fit"):
            source(proto)

    def test_shapes_that_depend_on_values(self):
        proto = model([helper.make_node("NonZero", ["x"], ["y"], name="where")], [("x", FLOAT, [4])], [("y", INT64, [1, "n"])])
        with pytest.raises(UnsupportedModel, match=r"node 'where' \(NonZero, opset 17\): the type or shape of its output 'y'"):
            source(proto)


class TestSimplify:
    def test_shape_arithmetic_is_folded(self):
        """Reshape(x, Concat(Slice(Shape(x)), [-1])), as exporters write flatten."""
        weights = {"zero": np.array([0]), "one": np.array([1]), "rest": np.array([-1])}
        nodes = [helper.make_node("Shape", ["x"], ["s"]), helper.make_node("Slice", ["s", "zero", "one"], ["n"]),
                 helper.make_node("Concat", ["n", "rest"], ["t"], axis=0), helper.make_node("Reshape", ["x", "t"], ["y"])]
        made = source(model(nodes, [("x", FLOAT, ["n", 3, 4])], [("y", FLOAT, ["n", "k"])], weights), {"n": 2})
        assert [node.op_type for node in made.nodes] == ["Reshape"] and made.outputs[0].shape == (2, 12)

    def test_identity_and_dropout_vanish(self):
        nodes = [helper.make_node("Identity", ["x"], ["a"]), helper.make_node("Dropout", ["a"], ["b"]),
                 helper.make_node("Relu", ["b"], ["y"])]
        made = source(model(nodes, [("x", FLOAT, [2])], [("y", FLOAT, [2])]))
        assert [node.op_type for node in made.nodes] == ["Relu"]

    def test_large_constants_are_folded_when_asked_for(self):
        weights = {"w": np.random.default_rng(0).standard_normal((40, 50), "f4")}
        nodes = [helper.make_node("Transpose", ["w"], ["t"]), helper.make_node("Neg", ["t"], ["u"]),
                 helper.make_node("MatMul", ["x", "u"], ["y"])]
        made = source(model(nodes, [("x", FLOAT, [2, 50])], [("y", FLOAT, [2, 40])], weights))
        assert [node.op_type for node in made.nodes] == ["MatMul"]
        np.testing.assert_array_equal(made.constant("u"), -weights["w"].T)

    def test_folding_does_not_make_models_much_larger(self):
        side = int((FOLDED_BYTES / 4) ** .5) + 8
        nodes = [helper.make_node("Expand", ["one", "shape"], ["e"]), helper.make_node("Add", ["x", "e"], ["y"])]
        weights = {"one": np.ones(1, "f4"), "shape": np.array([side, side])}
        made = source(model(nodes, [("x", FLOAT, [side, side])], [("y", FLOAT, [side, side])], weights))
        assert "e" not in made.constants

    def test_functions_of_the_model(self):
        function = helper.make_function("mine", "Twice", ["a"], ["b"], [helper.make_node("Add", ["a", "a"], ["b"])],
                                        [helper.make_opsetid("", 17)])
        proto = model([helper.make_node("Twice", ["x"], ["y"], domain="mine")], [("x", FLOAT, [2])], [("y", FLOAT, [2])],
                      functions=[function])
        proto.opset_import.append(helper.make_opsetid("mine", 1))
        assert [node.op_type for node in source(proto).nodes] == ["Add"]

    def test_functions_of_the_standard(self):
        proto = model([helper.make_node("Softplus", ["x"], ["y"])], [("x", FLOAT, [2])], [("y", FLOAT, [2])], opset=18)
        assert [node.op_type for node in source(proto, supported={"Softplus"}).nodes] == ["Softplus"]
        assert {node.op_type for node in source(proto, supported={"Exp", "Add", "Log"}).nodes} == {"Exp", "Add", "Log"}
        assert [node.op_type for node in source(proto, supported={"Exp", "Add"}).nodes] == ["Softplus"]  # no half of it

    def test_functions_that_do_not_pass_inference(self):
        """AffineGrid's body has a Loop; what is refused must be AffineGrid."""
        proto = model([helper.make_node("AffineGrid", ["theta", "size"], ["y"])], [("theta", FLOAT, [1, 2, 3])],
                      [("y", FLOAT, [1, 4, 5, 2])], {"size": np.array([1, 1, 4, 5])}, opset=20)
        proto.ir_version = 9
        assert [node.op_type for node in source(proto, supported={"Add", "Mul"}).nodes] == ["AffineGrid"]

    def test_what_the_optimizer_breaks_stays(self):
        """onnxscript drops Gemm's bias of zeros; before opset 11 Gemm needs one."""
        nodes = [helper.make_node("Gemm", ["x", "w", "zeros"], ["y"])]
        weights = {"w": np.ones((3, 4), "f4"), "zeros": np.zeros(4, "f4")}
        made = source(model(nodes, [("x", FLOAT, [2, 3])], [("y", FLOAT, [2, 4])], weights, opset=7))
        assert [len(node.input) for node in made.nodes] == [3]

    def test_dims_may_be_zero(self):
        made = source(mlp("batch"), {"batch": 0})
        assert made.inputs[0].shape == (0, 16) and made.outputs[0].shape[0] == 0
