# cmake -B build -DCMAKE_TOOLCHAIN_FILE=.../x86_64-linux-gnu.cmake: a native x86-64 build through vecwrap-clang.
# Works from an installed prefix (PREFIX/lib/cmake/vecwrap/toolchains) and from the source tree after `./run`.
set(_vecwrap_places "${CMAKE_CURRENT_LIST_DIR}/../../../../bin" "${CMAKE_CURRENT_LIST_DIR}/../.venv/bin")
find_program(VECWRAP_C_COMPILER vecwrap-clang HINTS ${_vecwrap_places} REQUIRED)
find_program(VECWRAP_CXX_COMPILER vecwrap-clang++ HINTS ${_vecwrap_places} REQUIRED)
unset(_vecwrap_places)
set(CMAKE_C_COMPILER "${VECWRAP_C_COMPILER}")
set(CMAKE_CXX_COMPILER "${VECWRAP_CXX_COMPILER}")
