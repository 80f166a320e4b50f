# cmake -B build -DCMAKE_TOOLCHAIN_FILE=.../riscv64-linux-musl-zig.cmake: RISC-V Linux with vectors, musl, static programs.
# The C library's headers and the linker come from PyPI's ziglang (pip install ziglang); nothing for RISC-V from the system.
# The first link of a machine builds the library (C: half a minute, C++: minutes); zig keeps it in ~/.cache/zig.
include_guard()
include("${CMAKE_CURRENT_LIST_DIR}/common/riscv64.cmake")
find_program(VECWRAP_ZIG NAMES python-zig zig HINTS "${CMAKE_CURRENT_LIST_DIR}/../../../../bin" "${CMAKE_CURRENT_LIST_DIR}/../.venv/bin")
if(NOT VECWRAP_ZIG)
  message(FATAL_ERROR "zig not found. Install it beside vecwrap (pip install ziglang) or set VECWRAP_ZIG.")
endif()
if(NOT VECWRAP_ZIG_LIB)
  execute_process(COMMAND "${VECWRAP_ZIG}" env OUTPUT_VARIABLE _vecwrap_answer RESULT_VARIABLE _vecwrap_code)
  if(NOT _vecwrap_answer MATCHES "lib_dir\"? *[=:] *\"([^\"]+)\"")
    message(FATAL_ERROR "'${VECWRAP_ZIG} env' does not say where its libraries are (exit code ${_vecwrap_code}). Reinstall ziglang.")
  endif()
  set(VECWRAP_ZIG_LIB "${CMAKE_MATCH_1}" CACHE PATH "zig's folder of C libraries")
endif()
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES VECWRAP_ZIG VECWRAP_ZIG_LIB)

# Clang's own headers, then zig's libraries in the order that zig itself uses. Only the linker is zig: it knows what a program
# of this library is made of, and builds it.
set(_vecwrap_c "-march=${VECWRAP_MARCH} -nostdlibinc -fno-pic")
foreach(_vecwrap_folder riscv64-linux-musl generic-musl riscv-linux-any any-linux-any)
  string(APPEND _vecwrap_c " -isystem \"${VECWRAP_ZIG_LIB}/libc/include/${_vecwrap_folder}\"")
endforeach()
set(_vecwrap_cxx "-nostdinc++ -isystem \"${VECWRAP_ZIG_LIB}/libcxx/include\" -isystem \"${VECWRAP_ZIG_LIB}/libcxxabi/include\"")
foreach(_vecwrap_macro ABI_VERSION=1 ABI_NAMESPACE=__1 HAS_THREADS=1 HAS_MONOTONIC_CLOCK HAS_TERMINAL HAS_MUSL_LIBC=1
        DISABLE_VISIBILITY_ANNOTATIONS HAS_VENDOR_AVAILABILITY_ANNOTATIONS=0 HAS_FILESYSTEM=1 HAS_RANDOM_DEVICE HAS_LOCALIZATION
        HAS_UNICODE HAS_WIDE_CHARACTERS HAS_NO_STD_MODULES HAS_TIME_ZONE_DATABASE PSTL_BACKEND_SERIAL
        HARDENING_MODE=_LIBCPP_HARDENING_MODE_NONE ASSERTION_SEMANTIC_DEFAULT=_LIBCPP_ASSERTION_SEMANTIC_IGNORE)
  string(APPEND _vecwrap_cxx " -D_LIBCPP_${_vecwrap_macro}")
endforeach()
set(CMAKE_C_FLAGS_INIT "${_vecwrap_c}")
set(CMAKE_ASM_FLAGS_INIT "-march=${VECWRAP_MARCH}")
set(CMAKE_CXX_FLAGS_INIT "${_vecwrap_cxx} -D_LIBCXXABI_DISABLE_VISIBILITY_ANNOTATIONS ${_vecwrap_c}")
foreach(_vecwrap_language C CXX ASM)
  set(CMAKE_${_vecwrap_language}_COMPILER_TARGET riscv64-linux-musl)
endforeach()
set(_vecwrap_link "-target riscv64-linux-musl -mcpu=generic_rv64+m+a+f+d+c+v <LINK_FLAGS> <OBJECTS> -o <TARGET> <LINK_LIBRARIES>")
set(CMAKE_C_LINK_EXECUTABLE "\"${VECWRAP_ZIG}\" cc ${_vecwrap_link}")
set(CMAKE_CXX_LINK_EXECUTABLE "\"${VECWRAP_ZIG}\" c++ ${_vecwrap_link}")
foreach(_vecwrap_rule C_CREATE_SHARED_LIBRARY C_CREATE_SHARED_MODULE CXX_CREATE_SHARED_LIBRARY CXX_CREATE_SHARED_MODULE)
  set(CMAKE_${_vecwrap_rule} "\"${CMAKE_COMMAND}\" -E echo \"<TARGET>: this toolchain links static programs only; use STATIC libraries\""
      "\"${CMAKE_COMMAND}\" -E false")
endforeach()
list(APPEND CMAKE_FIND_ROOT_PATH "${VECWRAP_ZIG_LIB}/libc")
foreach(_vecwrap_name c cxx folder macro language link rule answer code)
  unset(_vecwrap_${_vecwrap_name})
endforeach()
unset(_vecwrap_name)
