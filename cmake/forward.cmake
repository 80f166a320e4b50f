# Installed into the Python package as vecwrap/cmake/vecwrapConfig.cmake and vecwrapConfigVersion.cmake, which is where
# scikit-build-core looks (entry point cmake.root: a folder of a Python package). The CMake package is in
# PREFIX/lib/cmake/vecwrap, some folders up: hand over to the file of the same name there.
cmake_path(GET CMAKE_CURRENT_LIST_FILE FILENAME _vecwrap_name)
set(_vecwrap_prefix "${CMAKE_CURRENT_LIST_DIR}")
while(NOT EXISTS "${_vecwrap_prefix}/lib/cmake/vecwrap/${_vecwrap_name}" AND NOT _vecwrap_prefix STREQUAL "/")
  cmake_path(GET _vecwrap_prefix PARENT_PATH _vecwrap_prefix)
endwhile()
include("${_vecwrap_prefix}/lib/cmake/vecwrap/${_vecwrap_name}" OPTIONAL RESULT_VARIABLE _vecwrap_found)
if(NOT _vecwrap_found) # for the version file this means: no version that fits
  set(vecwrap_FOUND FALSE)
  set(vecwrap_NOT_FOUND_MESSAGE "there is no lib/cmake/vecwrap in any folder above ${CMAKE_CURRENT_LIST_DIR}; reinstall vecwrap.")
endif()
unset(_vecwrap_name)
unset(_vecwrap_prefix)
unset(_vecwrap_found)
