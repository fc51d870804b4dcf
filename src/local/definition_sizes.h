#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "local/answer.h"

// How ECS writes the processor and memory of a whole task. Pure; any thread.

namespace runtask::local {

// "1024", "1 vCPU", ".5 vcpu" become units as text; empty stays empty. ClientException.
[[nodiscard]] Answer<std::string> normalised_cpu(std::string_view text);
// "2048", "2GB", "2 GB" become MiB as text; empty stays empty. ClientException.
[[nodiscard]] Answer<std::string> normalised_memory(std::string_view text);

// Why Fargate has no size like that (both normalised); none when it has.
[[nodiscard]] std::optional<std::string> wrong_fargate_size(std::string_view cpu,
                                                            std::string_view memory);

}  // namespace runtask::local
