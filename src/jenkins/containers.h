#pragma once

#include <optional>
#include <string>

#include "jenkins/execution.h"

// Containers that steps run in (jenkins-pipeline 1.5, 6): those of `agent { docker ... }` and of
// docker.image(...).inside. The command `docker` or `podman` of this machine starts them, with the
// workspace at the same path and the user of this program, and `sh` goes into them. For the threads
// of the build's branches.

namespace runtask::jenkins {

struct Container {
  std::string program;  // "docker"
  std::string id;
};

struct ContainerWish {
  std::string image;
  std::string arguments;  // More words for `docker run`; $NAME is a variable of the build.
  bool always_pulls = false;
};

// The command; an error that says what to do when there is none.
[[nodiscard]] tl::expected<std::string, Raised> container_program(Execution& execution,
                                                                  Branch& branch);
// Makes the container the place of the branch's scripts; the context that was is put back by the
// caller, which also ends the container.
[[nodiscard]] std::optional<Raised> start_container(Execution& execution, Branch& branch,
                                                    const ContainerWish& wish);
// Also when the build is interrupted.
void end_container(Execution& execution, Branch& branch, const Container& container);

struct ImageBuild {
  std::string name;       // Empty: one that stands for the Dockerfile.
  std::string directory;  // Of the context, relative to the working directory.
  std::string file;       // The Dockerfile, relative to it too.
  std::string arguments;
};
// The name of the image.
[[nodiscard]] tl::expected<std::string, Raised> build_image(Execution& execution, Branch& branch,
                                                            const ImageBuild& build);
// Logs in with a credential (none: not at all) and makes images those of the registry.
[[nodiscard]] std::optional<Raised> enter_registry(Execution& execution, Branch& branch,
                                                   const std::string& url,
                                                   const std::string& credential);
// The image as it is called in the registry that is in force.
[[nodiscard]] std::string image_name(const Branch& branch, const std::string& image);

// A command of docker's, its output on the console or returned.
[[nodiscard]] tl::expected<std::string, Raised> run_docker(Execution& execution, Branch& branch,
                                                           std::vector<std::string> words,
                                                           bool is_shown);

// The global `docker`.
[[nodiscard]] Value make_docker(Execution& execution, groovy::Heap& heap);

}  // namespace runtask::jenkins
