"""What can go wrong when a kernel is measured, apart from the core's refusals."""


class WrongResult(RuntimeError):
    """A kernel computed something else than the reference: a bug of the code generator.

    The message names the nest, the sentence, the target and the first element that differs.
    """
