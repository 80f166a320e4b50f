# find_package(vecwrap) tells a project where the compilers are:
#   vecwrap_C_COMPILER, vecwrap_CXX_COMPILER   full paths of vecwrap-clang and vecwrap-clang++
# A project's compiler is chosen before its first line runs: use the toolchain file beside this one, or CC and CXX.
get_filename_component(_vecwrap_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
find_program(vecwrap_C_COMPILER vecwrap-clang HINTS "${_vecwrap_prefix}/bin")
find_program(vecwrap_CXX_COMPILER vecwrap-clang++ HINTS "${_vecwrap_prefix}/bin")
unset(_vecwrap_prefix)
if(NOT vecwrap_C_COMPILER OR NOT vecwrap_CXX_COMPILER)
  set(vecwrap_FOUND FALSE)
  set(vecwrap_NOT_FOUND_MESSAGE "vecwrap-clang is not in bin/ of the prefix that holds ${CMAKE_CURRENT_LIST_FILE}; reinstall vecwrap.")
endif()
