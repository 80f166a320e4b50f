# cmake -B build -DCMAKE_TOOLCHAIN_FILE=.../riscv64-linux-gnu-rvv.cmake: RISC-V Linux with vectors, glibc.
# Debian: apt-get install lld-22 llvm-22 gcc-riscv64-linux-gnu g++-riscv64-linux-gnu libc6-dev-riscv64-cross qemu-user
include_guard()
include("${CMAKE_CURRENT_LIST_DIR}/common/riscv64.cmake")
set(VECWRAP_SYSROOT /usr/riscv64-linux-gnu CACHE PATH "Where the C library for RISC-V is installed")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES VECWRAP_SYSROOT)
if(NOT EXISTS "${VECWRAP_SYSROOT}/include/stdio.h" AND NOT EXISTS "${VECWRAP_SYSROOT}/usr/include/stdio.h")
  message(FATAL_ERROR "No C library for riscv64 in ${VECWRAP_SYSROOT}. Install it (Debian: apt-get install "
                      "gcc-riscv64-linux-gnu libc6-dev-riscv64-cross) or set VECWRAP_SYSROOT.")
endif()

foreach(_vecwrap_language C CXX ASM)
  set(CMAKE_${_vecwrap_language}_COMPILER_TARGET riscv64-linux-gnu)
  set(CMAKE_${_vecwrap_language}_FLAGS_INIT "-march=${VECWRAP_MARCH}")
endforeach()
unset(_vecwrap_language)
foreach(_vecwrap_kind EXE SHARED MODULE)
  set(CMAKE_${_vecwrap_kind}_LINKER_FLAGS_INIT "-fuse-ld=lld")
endforeach()
unset(_vecwrap_kind)
list(APPEND CMAKE_FIND_ROOT_PATH "${VECWRAP_SYSROOT}")
if(CMAKE_CROSSCOMPILING_EMULATOR)
  list(APPEND CMAKE_CROSSCOMPILING_EMULATOR -L "${VECWRAP_SYSROOT}")
endif()
