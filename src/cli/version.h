#pragma once

// What `runtask --version` says, and the User-Agent of every call.

namespace runtask::cli {

constexpr const char* kVersion = RUNTASK_VERSION;  // From CMakeLists.txt.

}  // namespace runtask::cli
