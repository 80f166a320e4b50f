# vecwrap_add_onnx(<target> MODEL <file> [PREFIX <identifier>] [TARGET <cpu>] [SHAPE <name>=<dims>...] [OPTIONS <option>...])
#
# A static library <target> with the functions of the model, and the header <prefix>.h on the include path of whoever
# links it. MODEL is relative to the current source folder. PREFIX is <target> as a C identifier unless given. TARGET,
# SHAPE and OPTIONS are passed to vecwrap-onnx.
#
# Built again when the model, one of its external data files, vecwrap-onnx or one of these arguments changes. The header
# keeps its time stamp as long as its text stays the same, so new weights compile nothing but the model.
function(vecwrap_add_onnx target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "MODEL;PREFIX;TARGET" "SHAPE;OPTIONS")
  _vecwrap_onnx_check_arguments()
  _vecwrap_onnx_check_project()
  _vecwrap_onnx_find_model("${target}" "${arg_MODEL}" model)
  if(NOT arg_PREFIX)
    string(MAKE_C_IDENTIFIER "${target}" arg_PREFIX)
  endif()
  set(options --prefix "${arg_PREFIX}")
  if(arg_TARGET)
    list(APPEND options --target "${arg_TARGET}")
  endif()
  foreach(shape IN LISTS arg_SHAPE)
    list(APPEND options --shape "${shape}")
  endforeach()
  list(APPEND options ${arg_OPTIONS})
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/${target}.vecwrap")
  _vecwrap_onnx_command("${target}" "${folder}" "${model}" "${arg_PREFIX}" "${options}")
  _vecwrap_onnx_library("${target}" "${folder}" "${arg_PREFIX}")
endfunction()

function(_vecwrap_onnx_fail text)
  message(FATAL_ERROR "vecwrap_add_onnx(${target}): ${text}")
endfunction()

macro(_vecwrap_onnx_check_arguments)
  if(arg_UNPARSED_ARGUMENTS)
    list(JOIN arg_UNPARSED_ARGUMENTS " " unknown)
    _vecwrap_onnx_fail("unknown arguments: ${unknown}. There are MODEL, PREFIX, TARGET, SHAPE and OPTIONS.")
  elseif(NOT arg_MODEL)
    _vecwrap_onnx_fail("no MODEL; write vecwrap_add_onnx(${target} MODEL file.onnx).")
  elseif(arg_KEYWORDS_MISSING_VALUES MATCHES "PREFIX|TARGET") # lists may be empty
    _vecwrap_onnx_fail("no value after ${CMAKE_MATCH_0}.")
  elseif(arg_PREFIX AND NOT arg_PREFIX MATCHES "^[A-Za-z_][A-Za-z0-9_]*$")
    _vecwrap_onnx_fail("PREFIX '${arg_PREFIX}' is not a C identifier; the names in the header begin with it.")
  elseif("${arg_MODEL};${arg_TARGET};${arg_SHAPE};${arg_OPTIONS}" MATCHES "\\$<")
    _vecwrap_onnx_fail("generator expressions are not known yet when the command is written; use plain values.")
  endif()
endmacro()

macro(_vecwrap_onnx_check_project)
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if(NOT "C" IN_LIST languages AND NOT "CXX" IN_LIST languages)
    _vecwrap_onnx_fail("a library needs C or C++; add one to project(... LANGUAGES).")
  elseif(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux" OR NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|riscv64)$")
    _vecwrap_onnx_fail("vecwrap-onnx writes objects for x86-64 and riscv64 Linux, this build is for ${CMAKE_SYSTEM_PROCESSOR} ${CMAKE_SYSTEM_NAME}.")
  elseif(CMAKE_SYSTEM_PROCESSOR STREQUAL "riscv64" AND NOT arg_TARGET)
    set(arg_TARGET riscv64-rvv) # vectors of any length
  endif()
  string(REGEX MATCH "^riscv64" built_for "${CMAKE_SYSTEM_PROCESSOR}")
  string(REGEX MATCH "^riscv64" written_for "${arg_TARGET}")
  if(NOT built_for STREQUAL written_for)
    _vecwrap_onnx_fail("TARGET ${arg_TARGET} is for another machine than this build (${CMAKE_SYSTEM_PROCESSOR}).")
  endif()
  get_property(asked GLOBAL PROPERTY _VECWRAP_ONNX_WORKS)
  if(NOT asked) # once for all models: it starts Python
    _vecwrap_onnx_problem(problem)
    if(problem)
      _vecwrap_onnx_fail("${problem}")
    endif()
    set_property(GLOBAL PROPERTY _VECWRAP_ONNX_WORKS TRUE)
  endif()
endmacro()

# Models that the build itself makes need not exist yet; they are looked for where custom commands put relative outputs.
function(_vecwrap_onnx_find_model target name result)
  cmake_path(ABSOLUTE_PATH name BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE OUTPUT_VARIABLE model)
  cmake_path(ABSOLUTE_PATH name BASE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}" NORMALIZE OUTPUT_VARIABLE built)
  get_source_file_property(generated "${built}" GENERATED)
  if(generated)
    set(model "${built}")
  elseif(NOT EXISTS "${model}")
    _vecwrap_onnx_fail("no such file: MODEL ${model}")
  elseif(IS_DIRECTORY "${model}")
    _vecwrap_onnx_fail("MODEL ${model} is a folder, not a file.")
  endif()
  set(${result} "${model}" PARENT_SCOPE)
endfunction()

function(_vecwrap_onnx_command target folder model prefix options)
  _vecwrap_find_tools()
  set(command "${vecwrap_onnx_EXECUTABLE}" "${model}" -o "${folder}/${prefix}.o" --header "${folder}/${prefix}.h"
    --depfile "${folder}/${prefix}.o.d" ${options})
  cmake_path(RELATIVE_PATH model BASE_DIRECTORY "${CMAKE_SOURCE_DIR}" OUTPUT_VARIABLE shown)
  add_custom_command(OUTPUT "${folder}/${prefix}.o" BYPRODUCTS "${folder}/include/${prefix}.h"
    COMMAND ${command}
    COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${folder}/${prefix}.h" "${folder}/include/${prefix}.h"
    DEPENDS "${model}" "${vecwrap_onnx_EXECUTABLE}"
    DEPFILE "${folder}/${prefix}.o.d"
    COMMENT "Compiling ONNX model ${shown} for ${target}" VERBATIM)
endfunction()

function(_vecwrap_onnx_library target folder prefix)
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  set(language CXX)
  if("C" IN_LIST languages) # whoever links the library need not become C++ for it
    set(language C)
  endif()
  set_source_files_properties("${folder}/${prefix}.o" PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
  add_library(${target} STATIC "${folder}/${prefix}.o")
  file(MAKE_DIRECTORY "${folder}/include")
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS "${folder}/include" FILES "${folder}/include/${prefix}.h")
  target_link_libraries(${target} INTERFACE m)
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE ${language})
endfunction()
