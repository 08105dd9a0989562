# The kinds of target that Thalweg has. Where each one is installed is the wheel's layout:
#   thalweg/lib    shared libraries        thalweg/gst    GStreamer plugins        pyds    the Python module

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(thalweg_flags INTERFACE)
target_compile_options(thalweg_flags INTERFACE -Wall -Wextra -Werror $<$<COMPILE_LANGUAGE:CXX>:-Wno-missing-field-initializers>)
target_include_directories(thalweg_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_include_directories(thalweg_flags INTERFACE ${CMAKE_SOURCE_DIR}/include/nvds)
if(THALWEG_SANITIZE)
  # Not enums: those of the C interface carry numbers that this version has no name for.
  target_compile_options(thalweg_flags INTERFACE -fsanitize=${THALWEG_SANITIZE} -fno-sanitize=enum
                         -fno-omit-frame-pointer)
  target_link_options(thalweg_flags INTERFACE -fsanitize=${THALWEG_SANITIZE})
  # For what compiles slowly and does little at run time: not optimised takes half the time.
  set(THALWEG_QUICK_TO_COMPILE -O0)
endif()

# The same source gives the same wheel in every folder: no path of the building machine gets in.
# GStreamer's macros use __FILE__, and ccache may have made the paths relative.
if(SKBUILD)
  add_compile_options(-g0)
  set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
  get_filename_component(python_packages ${OpenVINO_DIR}/../.. ABSOLUTE)
  foreach(folder ${CMAKE_SOURCE_DIR} ${python_packages})  # the last that fits counts
    file(RELATIVE_PATH relative ${CMAKE_BINARY_DIR} ${folder})
    string(REGEX REPLACE "/$" "" relative ${relative})
    add_compile_options(-ffile-prefix-map=${folder}/= -ffile-prefix-map=${relative}/=)
  endforeach()
else()
  # A build for development is installed as links to itself. CMake would keep room for an installed
  # library's RUNPATH by empty entries, which mean the current folder: libraries would be taken from it.
  set(CMAKE_SKIP_RPATH ON)
  add_link_options(LINKER:-rpath,${CMAKE_BINARY_DIR}/lib:${OpenVINO_DIR}/../libs)
endif()

# All the C++ tests and what they open at run time; the soak builds this alone under a sanitizer.
add_custom_target(cpp_tests)

# thalweg_shared_library(NAME SOURCES a.cpp ... [LIBS b ...]): thalweg/lib/libNAME.so, SONAME = file name.
# It lies in lib/ of the build folder, too: the plugins in gst/ open ../lib/libNAME.so.
function(thalweg_shared_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  add_library(${name} SHARED ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE thalweg_flags PUBLIC ${arg_LIBS})
  set_target_properties(${name} PROPERTIES INSTALL_RPATH "$ORIGIN"
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
  install(TARGETS ${name} LIBRARY DESTINATION thalweg/lib)
  add_dependencies(cpp_tests ${name})
endfunction()

# thalweg_static_library(NAME SOURCES a.cpp ... [LIBS b ...]): linked into an element or a test.
function(thalweg_static_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE thalweg_flags PUBLIC ${arg_LIBS})
endfunction()

# thalweg_element(NAME SOURCES a.cpp ... [LIBS b ...]): the GStreamer plugin thalweg/gst/libgstNAME.so.
function(thalweg_element name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  add_library(gst${name} MODULE ${arg_SOURCES})
  target_link_libraries(gst${name} PRIVATE thalweg_flags thalweg_elements ${arg_LIBS})
  target_compile_definitions(gst${name} PRIVATE PACKAGE="thalweg" THALWEG_VERSION="${PROJECT_VERSION}")
  set_target_properties(gst${name} PROPERTIES INSTALL_RPATH "$ORIGIN/../lib"
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/gst)
  install(TARGETS gst${name} LIBRARY DESTINATION thalweg/gst)
  add_dependencies(cpp_tests gst${name})
endfunction()

# thalweg_test(NAME SOURCES a_test.cpp ... [LIBS b ...]): a GoogleTest program that ctest knows as NAME.
function(thalweg_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE thalweg_flags GTest::gtest_main ${arg_LIBS})
  target_compile_options(${name} PRIVATE ${THALWEG_QUICK_TO_COMPILE})
  add_test(NAME ${name} COMMAND ${name})
  add_dependencies(cpp_tests ${name})
  set_tests_properties(${name} PROPERTIES ENVIRONMENT "GST_PLUGIN_PATH=${CMAKE_BINARY_DIR}/gst")
endfunction()
