"""ONNX models as native code.

    import vecwrap.onnx
    net = vecwrap.onnx.compile("model.onnx")
    y, = net(x)
    net.save("libnet.a")  # and net.h
"""

from .compile import Compiled, compile

__all__ = ["Compiled", "compile"]
