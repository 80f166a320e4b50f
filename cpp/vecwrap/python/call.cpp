// Calls on arrays whose signature is known: of a kernel, and of a module, which makes its outputs.
#include "python/loaded.h"
#include "python/signature.h"

namespace vecwrap {
namespace {

constexpr size_t kLine = 64; ///< bytes; outputs begin at a cache line, so that no vector of a row crosses one

/// A kernel argument: the address of an array and so many bytes, or (array < 0) a number.
using Argument = std::pair<int, int64_t>;

class KernelCall {
public:
  KernelCall(Loaded kernel, const std::vector<py::array> &arrays, std::vector<bool> written, std::vector<Argument> arguments)
      : kernel_(std::move(kernel)), signature_(arrays, std::move(written)), arguments_(std::move(arguments)) {
    if (arguments_.size() != kernel_.arguments) throw py::value_error("the kernel takes " + std::to_string(kernel_.arguments) + " arguments");
    for (const auto &[array, bytes] : arguments_)
      if (array >= int(arrays.size())) throw py::value_error("there is no array " + std::to_string(array));
  }

  /// False, and nothing is done, if the arrays are not as the signature says.
  bool run(const py::args &arrays) const {
    std::vector<int64_t> block(signature_.size() + arguments_.size());
    int64_t *const addresses = block.data() + arguments_.size();
    if (!signature_.match(arrays, addresses)) return false;
    for (size_t a = 0; a < arguments_.size(); ++a) {
      const auto [array, number] = arguments_[a];
      block[a] = array < 0 ? number : addresses[array] + number;
    }
    py::gil_scoped_release unlocked;
    (*kernel_.jit)(block.data());
    return true;
  }

private:
  Loaded kernel_;
  Signature signature_;
  std::vector<Argument> arguments_;
};

/// In numpy's memory, which has large pages where they pay.
py::array fresh(const py::array &like) {
  py::array_t<uint8_t> memory(like.nbytes() + py::ssize_t(kLine));
  const auto start = (reinterpret_cast<uintptr_t>(memory.data()) + kLine - 1) / kLine * kLine;
  return {like.dtype(), std::vector<py::ssize_t>(like.shape(), like.shape() + like.ndim()), reinterpret_cast<void *>(start), memory};
}

class ModuleCall {
public:
  ModuleCall(InProcess &module, const std::vector<py::array> &inputs, std::vector<py::array> outputs)
      : code_(module.code), signature_(inputs, std::vector<bool>(inputs.size())), outputs_(std::move(outputs)) {
    module.expect(inputs.size(), outputs_.size());
  }

  /// The outputs; None if the arrays are not as the signature says, or the module reports an error.
  py::object run(const py::tuple &arrays, uintptr_t workspace, size_t size) const {
    std::vector<int64_t> in(signature_.size());
    if (!signature_.match(arrays, in.data())) return py::none();
    py::list made(outputs_.size());
    std::vector<void *> out;
    for (size_t o = 0; o < outputs_.size(); ++o) {
      py::array array = fresh(outputs_[o]);
      out.push_back(array.mutable_data());
      made[o] = std::move(array);
    }
    return enter(in, out, workspace, size) ? py::object(py::none()) : py::object(std::move(made));
  }

private:
  int enter(const std::vector<int64_t> &in, const std::vector<void *> &out, uintptr_t workspace, size_t size) const {
    py::gil_scoped_release unlocked;
    return code_->entry()(reinterpret_cast<const void *const *>(in.data()), out.data(), reinterpret_cast<void *>(workspace), size);
  }

  std::shared_ptr<LoadedModule> code_;
  Signature signature_;
  std::vector<py::array> outputs_; ///< whose shapes and types results have
};

} // namespace

void bind_call(py::module_ &m) {
  py::class_<KernelCall>(m, "KernelCall")
      .def(py::init<Loaded, const std::vector<py::array> &, std::vector<bool>, std::vector<Argument>>(), py::arg("kernel"), py::arg("arrays"),
           py::arg("written"), py::arg("arguments"))
      .def("__call__", &KernelCall::run);
  py::class_<ModuleCall>(m, "ModuleCall")
      .def(py::init<InProcess &, const std::vector<py::array> &, std::vector<py::array>>(), py::arg("module"), py::arg("inputs"), py::arg("outputs"))
      .def("__call__", &ModuleCall::run, py::arg("arrays"), py::arg("workspace"), py::arg("size"));
}

} // namespace vecwrap
