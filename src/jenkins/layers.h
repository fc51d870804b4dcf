#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// The environment of a build and its precedence (jenkins-pipeline 0, facts 1 and 2). Lowest to
// highest: what the agent's process has, what the build has (job, then parameters), what was
// written to `env`, and the layers of withEnv, `environment`, credentials, outermost first. Pure;
// for whoever holds the baton.

namespace runtask::jenkins {

struct Layer {
  std::vector<std::pair<std::string, std::string>> entries;
  std::shared_ptr<const Layer> outer;
};
using Layers = std::shared_ptr<const Layer>;

[[nodiscard]] Layers with_layer(Layers outer, std::vector<std::pair<std::string, std::string>> add);

class BuildVariables {
 public:
  std::map<std::string, std::string> process;  // Of the agent's own process.
  std::map<std::string, std::string> build;    // BUILD_NUMBER, ..., parameters.
  std::map<std::string, std::string> written;  // env.X = ...

  // What `env.NAME` is inside these layers. None: there is no such variable, or a layer with an
  // empty value removed it.
  [[nodiscard]] std::optional<std::string> find(const std::string& name, const Layer* layers) const;
  // What a child process gets: all of it, a removed variable as the agent's process has it.
  [[nodiscard]] std::map<std::string, std::string> all(const Layer* layers) const;
};

}  // namespace runtask::jenkins
