# What the toolchain files for RISC-V share: vecwrap's compilers, LLVM's tools, and QEMU, so that try_run and ctest work.
# Works from an installed prefix (PREFIX/lib/cmake/vecwrap/toolchains/common) and from the source tree after `./run`.
include_guard()
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR riscv64)

set(VECWRAP_MARCH rv64gcv CACHE STRING "RISC-V architecture, for -march")
set(VECWRAP_VLEN 256 CACHE STRING "Bits of a vector register in QEMU, for try_run and ctest")

set(_vecwrap_places "${CMAKE_CURRENT_LIST_DIR}/../../../../../bin" "${CMAKE_CURRENT_LIST_DIR}/../../.venv/bin")
find_program(VECWRAP_C_COMPILER vecwrap-clang HINTS ${_vecwrap_places} REQUIRED)
find_program(VECWRAP_CXX_COMPILER vecwrap-clang++ HINTS ${_vecwrap_places} REQUIRED)
set(CMAKE_C_COMPILER "${VECWRAP_C_COMPILER}")
set(CMAKE_CXX_COMPILER "${VECWRAP_CXX_COMPILER}")
set(CMAKE_ASM_COMPILER "${VECWRAP_C_COMPILER}")

foreach(_vecwrap_tool AR RANLIB STRIP NM OBJCOPY OBJDUMP)
  string(TOLOWER "llvm-${_vecwrap_tool}" _vecwrap_name)
  find_program(VECWRAP_${_vecwrap_tool} NAMES ${_vecwrap_name}-22 ${_vecwrap_name} REQUIRED)
  set(CMAKE_${_vecwrap_tool} "${VECWRAP_${_vecwrap_tool}}" CACHE FILEPATH "")
  list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES VECWRAP_${_vecwrap_tool})
endforeach()

find_program(VECWRAP_QEMU qemu-riscv64)
if(VECWRAP_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR "${VECWRAP_QEMU}" -cpu "rv64,v=true,vlen=${VECWRAP_VLEN},elen=64,vext_spec=v1.0")
endif()

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES VECWRAP_MARCH VECWRAP_VLEN VECWRAP_C_COMPILER VECWRAP_CXX_COMPILER VECWRAP_QEMU)
unset(_vecwrap_places)
unset(_vecwrap_tool)
unset(_vecwrap_name)
