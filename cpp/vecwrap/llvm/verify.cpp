#include "llvm/verify.h"
#include "llvm/remarks.h"
#include <cstdlib>

namespace vecwrap::raise {

using namespace llvm;
using llvm::Type;

namespace {
constexpr double kTolerance = 1e-3; // relative, when fast-math lets the two versions differ
constexpr double kHalfTolerance = 5e-2;

AllocaInst *slot(Function &function, Type *type, const char *name) {
  BasicBlock &entry = function.getEntryBlock();
  return new AllocaInst(type, function.getDataLayout().getAllocaAddrSpace(), nullptr, Align(8), name,
                        entry.getFirstInsertionPt());
}
} // namespace

bool verifying() {
  const char *value = std::getenv("VECWRAP_VERIFY");
  return value && *value == '1';
}

Verify::Verify(Function &function, Tree &tree, Guard &guard, Lifted &lifted)
    : function_(function), tree_(tree), guard_(guard), lifted_(lifted), module_(*function.getParent()) {
  LLVMContext &context = function.getContext();
  kernel_output_ = slot(function, PointerType::get(context, 0), "vecwrap.verify");
  low_ = slot(function, PointerType::get(context, 0), "vecwrap.low");
  size_ = slot(function, Type::getInt64Ty(context), "vecwrap.size");
}

void Verify::before() {
  IRBuilder<> &b = guard_.builder;
  Type *pointer = b.getPtrTy(), *word = b.getInt64Ty();
  Value *size = b.CreateSub(guard_.output_high, guard_.output_low);
  Value *low = b.CreateIntToPtr(guard_.output_low, pointer);
  b.CreateStore(size, size_);
  b.CreateStore(low, low_);
  saved_ = b.CreateCall(module_.getOrInsertFunction("malloc", pointer, word), {b.CreateMul(size, b.getInt64(2))});
  b.CreateMemCpy(saved_, Align(1), low, Align(1), size);
}

void Verify::after() {
  IRBuilder<> &b = guard_.builder;
  Value *low = b.CreateLoad(b.getPtrTy(), low_), *size = b.CreateLoad(b.getInt64Ty(), size_);
  Value *kernel_output = b.CreatePtrAdd(saved_, size);
  b.CreateMemCpy(kernel_output, Align(1), low, Align(1), size);
  b.CreateMemCpy(low, Align(1), saved_, Align(1), size);
  b.CreateStore(saved_, kernel_output_);
  // Both ways lead to the original loop; the fallback block clears the mark.
  BasicBlock *join = BasicBlock::Create(function_.getContext(), "vecwrap.verified", &function_, tree_.loops[0].header);
  b.CreateBr(join);
  IRBuilder<> clear(guard_.fallback);
  clear.CreateStore(ConstantPointerNull::get(b.getPtrTy()), kernel_output_);
  clear.CreateBr(join);
  guard_.fallback = join; // link() ends it with the branch to the header
  compare(nullptr);
}

/// On the edge that leaves the nest.
void Verify::compare(BasicBlock *) {
  LLVMContext &context = function_.getContext();
  TreeLoop &root = tree_.loops[0];
  auto block = [&](const char *name) { return BasicBlock::Create(context, name, &function_, root.exit); };
  BasicBlock *edge = block("vecwrap.check"), *test = block("vecwrap.compare"), *element = block("vecwrap.element");
  BasicBlock *next = block("vecwrap.next"), *wrong = block("vecwrap.differs"), *release = block("vecwrap.release");
  BasicBlock *out = block("vecwrap.out");
  root.exiting->getTerminator()->replaceSuccessorWith(root.exit, edge);
  root.exit->replacePhiUsesWith(root.exiting, out);

  IRBuilder<> b(edge);
  b.SetCurrentDebugLocation(tree_.root().getStartLoc());
  Type *type = lifted_.stores[0]->getValueOperand()->getType();
  const bool floats = type->isFloatingPointTy();
  Type *bits = b.getIntNTy(type->getScalarSizeInBits());
  uint64_t bytes = type->getScalarSizeInBits() / 8;
  Value *saved = b.CreateLoad(b.getPtrTy(), kernel_output_);
  b.CreateCondBr(b.CreateIsNull(saved), out, test);
  b.SetInsertPoint(test);
  Value *low = b.CreateLoad(b.getPtrTy(), low_), *size = b.CreateLoad(b.getInt64Ty(), size_);
  Value *kernel_output = b.CreatePtrAdd(saved, size);
  b.CreateBr(element);

  b.SetInsertPoint(element);
  PHINode *at = b.CreatePHI(b.getInt64Ty(), 2);
  at->addIncoming(b.getInt64(0), test);
  Value *original_at = b.CreatePtrAdd(low, at);
  Value *x = b.CreateAlignedLoad(type, original_at, Align(1));
  Value *y = b.CreateAlignedLoad(type, b.CreatePtrAdd(kernel_output, at), Align(1));
  Value *same = b.CreateICmpEQ(b.CreateBitCast(x, bits), b.CreateBitCast(y, bits));
  // Which NaN an operation returns is not defined by IEEE 754 or by LLVM.
  if (floats)
    same = b.CreateOr(same, b.CreateAnd(b.CreateFCmpUNO(x, x), b.CreateFCmpUNO(y, y)));
  if (floats && lifted_.fast) {
    const double tolerance = type->isHalfTy() ? kHalfTolerance : kTolerance;
    Value *scale = b.CreateFAdd(b.CreateUnaryIntrinsic(Intrinsic::fabs, x), ConstantFP::get(type, 1e-3));
    Value *distance = b.CreateUnaryIntrinsic(Intrinsic::fabs, b.CreateFSub(x, y));
    same = b.CreateOr(same, b.CreateFCmpULE(distance, b.CreateFMul(scale, ConstantFP::get(type, tolerance))));
  }
  b.CreateCondBr(same, next, wrong);

  b.SetInsertPoint(next);
  Value *following = b.CreateAdd(at, b.getInt64(bytes));
  at->addIncoming(following, next);
  b.CreateCondBr(b.CreateICmpULT(following, size), element, release);

  b.SetInsertPoint(wrong);
  std::string text = location(function_, tree_.root().getStartLoc()) +
                     ": vecwrap: the kernel and the original loop differ at %p: original " +
                     (floats ? "%a, kernel %a\n" : "%d, kernel %d\n");
  auto print = module_.getOrInsertFunction(
      "dprintf", FunctionType::get(b.getInt32Ty(), {b.getInt32Ty(), b.getPtrTy()}, true));
  auto widened = [&](Value *value) { return floats ? b.CreateFPCast(value, b.getDoubleTy()) : b.CreateSExtOrTrunc(value, b.getInt32Ty()); };
  b.CreateCall(print, {b.getInt32(2), b.CreateGlobalString(text), original_at, widened(x), widened(y)});
  b.CreateCall(module_.getOrInsertFunction("abort", b.getVoidTy()), {});
  b.CreateUnreachable();

  b.SetInsertPoint(release);
  b.CreateCall(module_.getOrInsertFunction("free", b.getVoidTy(), b.getPtrTy()), {saved});
  b.CreateBr(out);
  b.SetInsertPoint(out);
  b.CreateBr(root.exit);
}

} // namespace vecwrap::raise
