"""The folder that scikit-build-core adds to CMake's search path (entry point ``cmake.root``); see docs/cmake.md."""
