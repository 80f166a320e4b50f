# Where the programs of this installation are, and whether a component can do its work. Nothing is cached: the package
# that find_package chose this time answers, not the one of an earlier configuration.

# PREFIX, where this file is PREFIX/lib/cmake/vecwrap/vecwrapTools.cmake
function(_vecwrap_prefix result)
  cmake_path(SET prefix NORMALIZE "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../..")
  string(REGEX REPLACE "/$" "" prefix "${prefix}")
  set(${result} "${prefix}" PARENT_SCOPE)
endfunction()

# A macro: it sets the public variables for the caller, who may be in a folder that never called find_package.
macro(_vecwrap_find_tools)
  _vecwrap_prefix(_vecwrap_at)
  set(vecwrap_C_COMPILER "${_vecwrap_at}/bin/vecwrap-clang")
  set(vecwrap_CXX_COMPILER "${_vecwrap_at}/bin/vecwrap-clang++")
  find_program(vecwrap_onnx_EXECUTABLE vecwrap-onnx PATHS "${_vecwrap_at}/bin" NO_CACHE NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
  find_program(vecwrap_onnx_EXECUTABLE vecwrap-onnx NO_CACHE NO_CMAKE_FIND_ROOT_PATH)
  unset(_vecwrap_at)
endmacro()

# Sets `result` to what keeps the component from working and what to do about it, or to nothing.
function(_vecwrap_component_problem component result)
  set(problem "")
  if(COMMAND _vecwrap_${component}_problem)
    cmake_language(CALL _vecwrap_${component}_problem problem)
  else()
    set(problem "there is no such component; there are clang and onnx.")
  endif()
  set(${result} "${problem}" PARENT_SCOPE)
endfunction()

function(_vecwrap_clang_problem result)
  _vecwrap_prefix(prefix)
  file(GLOB plugins "${prefix}/lib/vecwrap/vecwrap-plugin-*.so")
  if(NOT plugins)
    set(${result} "no vecwrap-plugin-*.so in ${prefix}/lib/vecwrap; reinstall vecwrap." PARENT_SCOPE)
  elseif(NOT EXISTS "${prefix}/bin/vecwrap-clang" OR NOT EXISTS "${prefix}/bin/vecwrap-clang++")
    set(${result} "vecwrap-clang is not in ${prefix}/bin; reinstall vecwrap." PARENT_SCOPE)
  endif()
endfunction()

# vecwrap-onnx is there even when the Python packages that it needs are not: they are an extra of the wheel.
function(_vecwrap_onnx_problem result)
  _vecwrap_find_tools()
  if(vecwrap_onnx_EXECUTABLE AND NOT EXISTS "${vecwrap_onnx_EXECUTABLE}")
    set(${result} "vecwrap_onnx_EXECUTABLE is ${vecwrap_onnx_EXECUTABLE}, which does not exist." PARENT_SCOPE)
    return()
  elseif(NOT vecwrap_onnx_EXECUTABLE)
    _vecwrap_prefix(prefix)
    set(${result} "vecwrap-onnx is not in ${prefix}/bin; install it there: pip install 'vecwrap[onnx]'." PARENT_SCOPE)
    return()
  endif()
  cmake_path(REPLACE_FILENAME vecwrap_onnx_EXECUTABLE vecwrap-config OUTPUT_VARIABLE config)
  if(EXISTS "${config}") # not so where the user names a vecwrap-onnx of their own
    execute_process(COMMAND "${config}" --missing onnx OUTPUT_VARIABLE missing ERROR_VARIABLE error RESULT_VARIABLE code
      OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(code)
      set(${result} "${config} does not run (${code}): ${error}" PARENT_SCOPE)
    elseif(missing)
      string(REPLACE "\n" ", " missing "${missing}")
      cmake_path(REPLACE_FILENAME config pip OUTPUT_VARIABLE pip)
      set(${result} "Python packages are missing (${missing}): ${pip} install 'vecwrap[onnx]'." PARENT_SCOPE)
    endif()
  endif()
endfunction()
