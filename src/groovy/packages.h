#pragma once

#include <string_view>

// Which classes the packages have that pipelines import, whether runtask has these classes or not:
// what Jenkins accepts goes by them. Pure; any thread.

namespace runtask::groovy {

// The package whose class this is without an import ("hudson.model" for "Run"); empty for none.
[[nodiscard]] std::string_view importing_package(std::string_view simple_name);
// Whether all classes of the package are known.
[[nodiscard]] bool is_whole_package(std::string_view package);
// Whether all classes of the package are known and this is none of them.
[[nodiscard]] bool lacks_class(std::string_view package, std::string_view simple_name);

}  // namespace runtask::groovy
