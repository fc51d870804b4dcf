# runtask_module(<name> [DEPENDS <module>...] [USES <target>...])
#
# Makes one folder of src/ one static library. A module sees its own headers, those of the modules
# it names in DEPENDS, and those they name in turn; no others. An undeclared arrow does not compile.
# USES is for outside libraries, which stay private to the module.
function(runtask_module name)
  cmake_parse_arguments(PARSE_ARGV 1 module "" "" "DEPENDS;USES")
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${name}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  add_library(runtask_${name} STATIC ${sources})
  target_compile_features(runtask_${name} PUBLIC cxx_std_20)
  # Each module's headers are reached through a folder that holds a link to that module only.
  set(only_this "${CMAKE_BINARY_DIR}/include/${name}")
  file(MAKE_DIRECTORY "${only_this}")
  file(CREATE_LINK "${CMAKE_SOURCE_DIR}/src/${name}" "${only_this}/${name}" SYMBOLIC)
  target_include_directories(runtask_${name} PUBLIC "${only_this}")
  list(TRANSFORM module_DEPENDS PREPEND runtask_)
  target_link_libraries(runtask_${name} PUBLIC ${module_DEPENDS} PRIVATE ${module_USES})
endfunction()

# runtask_test(<module> [USES <target>...])
#
# One test program per module from tests/<module>/*_test.cpp. Every test is one ctest test, found
# when ctest runs, so that the programs can run side by side and the closing line counts them all.
function(runtask_test module)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "" "USES")
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${module}/*.cpp")
  add_executable(${module}_test ${sources})
  target_include_directories(${module}_test PRIVATE "${CMAKE_SOURCE_DIR}/tests")
  target_link_libraries(${module}_test PRIVATE ${test_USES} GTest::gmock GTest::gtest_main)
  # Tests are compiled more often than they are run: what they test is optimised, they are not.
  target_compile_options(${module}_test PRIVATE $<$<CONFIG:Release>:-O0>)
  gtest_discover_tests(${module}_test TEST_PREFIX "${module}." DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
endfunction()
