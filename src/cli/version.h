#pragma once

namespace runtask::cli {

constexpr const char* kVersion = RUNTASK_VERSION;  // From CMakeLists.txt.

}  // namespace runtask::cli
