# Warnings are errors; asserts stay on in every build; sanitizers by -DZHA_SANITIZE=ON.
option(ZHA_SANITIZE "address and undefined-behaviour sanitizers" OFF)
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()
string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")
string(REPLACE "-O2" "-O1" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")
string(REPLACE "-g" "-g1" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")

add_library(zha_flags INTERFACE)
target_compile_definitions(zha_flags INTERFACE ZHA_VERSION="${PROJECT_VERSION}")
target_compile_options(zha_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror)
# g++ 12 warns falsely inside its own <string>/<variant> when inlining (GCC PR105329, PR105562).
target_compile_options(zha_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict
  -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds>)
target_include_directories(zha_flags INTERFACE ${CMAKE_SOURCE_DIR})
if(ZHA_SANITIZE)
  target_compile_options(zha_flags INTERFACE -fsanitize=address,undefined
    -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(zha_flags INTERFACE -fsanitize=address,undefined)
endif()
