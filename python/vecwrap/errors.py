"""What can go wrong above the core. Refusals of the core itself are `vecwrap.Refusal`."""


class NestError(ValueError):
    """A nest was declared in a way that has no meaning; the message says which part and what to write instead."""


class ArgumentError(ValueError):
    """An array does not fit the nest (dtype, rank, shape, strides, alignment, overlap). Raised before anything runs."""


class ToolError(RuntimeError):
    """An external tool is missing or failed; the message says which one and how to get it."""


class ModelError(ValueError):
    """A model cannot be used: the file is damaged or not ONNX, or shapes are missing. One line: what, where, what to do."""


class UnsupportedModel(ModelError):
    """A valid model has something that is not supported; the message names the node, its op and opset, and what is missing."""
