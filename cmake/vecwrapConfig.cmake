# find_package(vecwrap [0.1] [COMPONENTS clang onnx]); docs/cmake.md is the manual.
#   vecwrap_add_onnx(), vecwrap_optimize()       defined by the two files included below
#   vecwrap_C_COMPILER, vecwrap_CXX_COMPILER     vecwrap-clang and vecwrap-clang++
#   vecwrap_onnx_EXECUTABLE                      vecwrap-onnx; set it beforehand to use another one
#   vecwrap_<component>_FOUND                    of the components that were asked for
# A project's compiler is chosen before its first line runs: use a toolchain file beside this one, or CC and CXX.
if(CMAKE_VERSION VERSION_LESS 3.25)
  set(vecwrap_FOUND FALSE)
  set(vecwrap_NOT_FOUND_MESSAGE "vecwrap needs CMake 3.25 or newer; this is ${CMAKE_VERSION}.")
  return()
endif()
cmake_policy(VERSION 3.25...3.31) # functions keep the policies of the place that defines them
include("${CMAKE_CURRENT_LIST_DIR}/vecwrapTools.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/vecwrapOnnx.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/vecwrapOptimize.cmake")

_vecwrap_find_tools()
set(vecwrap_NOT_FOUND_MESSAGE "")
foreach(_vecwrap_component IN LISTS vecwrap_FIND_COMPONENTS)
  _vecwrap_component_problem(${_vecwrap_component} _vecwrap_problem)
  set(vecwrap_${_vecwrap_component}_FOUND TRUE)
  if(_vecwrap_problem)
    set(vecwrap_${_vecwrap_component}_FOUND FALSE)
    if(vecwrap_FIND_REQUIRED_${_vecwrap_component})
      set(vecwrap_FOUND FALSE)
      string(APPEND vecwrap_NOT_FOUND_MESSAGE "component ${_vecwrap_component}: ${_vecwrap_problem}\n")
    elseif(NOT vecwrap_FIND_QUIETLY)
      message(STATUS "vecwrap without component ${_vecwrap_component}: ${_vecwrap_problem}")
    endif()
  endif()
endforeach()
unset(_vecwrap_component)
unset(_vecwrap_problem)
