#pragma once

#include <set>
#include <string>

#include "hamlet/context_script.h"

// Who keeps the repositories and the images of a context (hamlet 4, the table): git providers with
// their host, organisation and credentials, registry providers for each type of image. For
// hamlet/context_settings.cpp. Pure; any thread.

namespace runtask::hamlet {

// The settings of a provider follow the first use of it, and only that.
class Providers {
 public:
  explicit Providers(Script& script) : script_(script) {}  // Outlives this.

  struct GitUse {
    std::string use;     // ACCOUNT, PRODUCT, ...: of the setting's name.
    std::string subuse;  // CODE, or empty.
    std::string level1{}, level2{};
  };
  // Hands back which provider it is.
  std::string define_git(const GitUse& use, const std::string& fallback);

  struct RegistryUse {
    std::string use;
    std::string level1{}, level2{};
  };
  void define_registries(const RegistryUse& use, const std::string& fallback);

 private:
  void define_registry(const RegistryUse& use, const std::string& type,
                       const std::string& fallback);

  Script& script_;
  std::set<std::string> git_;
  std::set<std::string> registries_;  // TYPE,provider
};

// A repository's name, without the path in front of it.
void define_repository(Script& script, const Lookup& lookup, const std::string& fallback);

// As REGISTRY_TYPES_LIST has them.
[[nodiscard]] std::string registry_types();

}  // namespace runtask::hamlet
