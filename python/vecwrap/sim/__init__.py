"""The ruler for RISC-V: programs under QEMU, counted and timed by the model of a core."""
