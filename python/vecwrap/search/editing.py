"""Editing: an edit per method, of the loop under the cursor or the one that is named; the cursor follows."""

from __future__ import annotations

from abc import ABC, abstractmethod

from .edit import Edit


class Editing(ABC):
    """Each method raises Refusal or EditError if the edit cannot be, and then nothing has changed."""

    @property
    @abstractmethod
    def cursor(self) -> str:
        """The name of the loop under the cursor."""

    @abstractmethod
    def _follow(self, edit: Edit, loop: str) -> None:
        """An edit; the cursor goes to a loop."""

    def swap_up(self, loop: str | None = None) -> None:
        """Exchanges a loop with the one around it."""
        self._at("swap_up", loop)

    def swap_down(self, loop: str | None = None) -> None:
        """Exchanges a loop with the one inside it."""
        self._at("swap_down", loop)

    def swap(self, loop: str, other: str) -> None:
        """Exchanges any two loops; the cursor goes with the first."""
        name = self._name(loop)
        self._follow(Edit("swap", (name, self._name(other))), name)

    def split(self, k: int, loop: str | None = None) -> None:
        """Makes a loop of k iterations inside a loop, from its body; the outer one steps k times as far."""
        self._at("split", loop, k)

    def resize(self, k: int, loop: str | None = None) -> None:
        """Gives an inner loop k iterations."""
        self._at("resize", loop, k)

    def merge(self, loop: str | None = None) -> None:
        """Undoes a split: the loop vanishes into the next outer one of its dim."""
        name = self._name(loop)
        dim, _, level = name.partition(".")
        self._follow(Edit("merge", (name,)), f"{dim}.{int(level) - 1}" if int(level or 0) > 1 else dim)

    def tile(self, loop: str | None = None) -> None:
        """Puts a loop into the register tile: fully unrolled, outputs in registers. Innermost loops first."""
        self._at("tile", loop)

    def untile(self, loop: str | None = None) -> None:
        """Takes a loop out of the register tile, and out of the lanes."""
        self._at("untile", loop)

    def vectorize(self, loop: str | None = None) -> None:
        """Makes a loop the lanes: the innermost loop of the tile."""
        self._at("vectorize", loop)

    def scalar(self, loop: str | None = None) -> None:
        """Takes a loop out of the lanes."""
        self._at("scalar", loop)

    def group(self, k: int, loop: str | None = None) -> None:
        """Makes vectors of k registers of a loop's lanes, where the target has such (RISC-V: LMUL)."""
        self._at("group", loop, k)

    def unroll(self, k: int, loop: str | None = None) -> None:
        """Repeats the body of a rolled reduction loop k times per iteration; 1 rolls it again."""
        self._at("unroll", loop, k)

    def pack(self, tensor: str, at: str | None = None) -> None:
        """Copies what the loops inside a loop read of a tensor into a contiguous buffer; "-" is around all loops."""
        place = self._name(at)
        self._follow(Edit("pack", (self._name(tensor, place), place)), self.cursor)

    def unpack(self, tensor: str) -> None:
        """Reads a tensor where it lies."""
        self._of("unpack", tensor)

    def dot(self, k: int, loop: str | None = None) -> None:
        """Adds the products of k neighbours along a reduction loop within a lane (narrow elements); 1: none."""
        self._at("dot", loop, k)

    def prefetch(self, k: int, tensor: str, loop: str | None = None) -> None:
        """Asks the caches for what the tensor's loads read k iterations of a loop later; 0: no longer."""
        name = self._name(loop)
        self._follow(Edit("prefetch", (self._name(tensor, name), name, k)), name)

    def insert(self, tensor: str) -> None:
        """Fills vectors of a tensor whose lanes are not neighbours one element at a time."""
        self._of("insert", tensor)

    def transpose(self, tensor: str) -> None:
        """Fills such vectors by exchanging blocks between registers."""
        self._of("transpose", tensor)

    def gather(self, tensor: str) -> None:
        """Fills such vectors by the target's gather."""
        self._of("gather", tensor)

    def segment(self, tensor: str) -> None:
        """Loads and stores the elements between one lane and the next with them (RISC-V)."""
        self._of("segment", tensor)

    def unstride(self, tensor: str) -> None:
        """Leaves to the core how such vectors are filled."""
        self._of("unstride", tensor)

    def stream(self, tensor: str) -> None:
        """Stores the output past the caches."""
        self._of("stream", tensor)

    def unstream(self, tensor: str) -> None:
        """Stores the output through the caches."""
        self._of("unstream", tensor)

    def collapse(self, dim: str, loop: str | None = None) -> None:
        """Makes a whole loop and that of another dim one, where the rows of every tensor lie one behind the other."""
        name = self._name(loop)
        self._follow(Edit("collapse", (name, self._name(dim, name))), name)

    def expand(self, loop: str | None = None) -> None:
        """Undoes the last collapse of a loop."""
        self._at("expand", loop)

    def share(self, at: str | None = None, nest: str | None = None) -> None:
        """Runs the nest under the cursor (or the one that is named) in a loop of a later one, such as "div:i".

        Without `at`, in one shared loop more than now: first the outermost of the nest that reads what it writes.
        """
        self._follow(Edit("share", (self._nest(nest), *([at] if at else []))), self.cursor)

    def unshare(self, nest: str | None = None) -> None:
        """Runs the nest in one shared loop less than now; from the outermost one it goes back to run by itself."""
        self._follow(Edit("unshare", (self._nest(nest),)), self.cursor)

    def _nest(self, nest: str | None) -> str:
        """A nest of a program, by default the one under the cursor."""
        return nest or self.cursor.rpartition(":")[0]

    def _name(self, name: str | None, beside: str = "") -> str:
        """A loop or a tensor in full, by default the loop under the cursor."""
        nest = (beside or self.cursor).rpartition(":")[0]
        return self.cursor if name is None else name if ":" in name or not nest else f"{nest}:{name}"

    def _at(self, name: str, loop: str | None, *args: int) -> None:
        """An edit of one loop; the cursor goes there."""
        target = self._name(loop)
        self._follow(Edit(name, (target, *args)), target)

    def _of(self, name: str, tensor: str) -> None:
        """An edit of one tensor; the cursor stays."""
        self._follow(Edit(name, (self._name(tensor),)), self.cursor)
