#pragma once

#include <cstddef>

// The limits that ECS and CloudWatch Logs document, in one place for the client (which stays below
// them) and for the embedded endpoint (which enforces them).

namespace runtask::ecs::limits {

// ECS API: RunTask.
constexpr int kTasksPerRunTaskMax = 10;
constexpr std::size_t kOverridesCharactersMax = 8192;  // Of the overrides as JSON, all punctuation.
constexpr std::size_t kClientTokenCharactersMax = 64;  // Codes 33 to 126.
constexpr std::size_t kStartedByCharactersMax = 128;
constexpr std::size_t kTagsMax = 50;
constexpr std::size_t kTagKeyCharactersMax = 128;
constexpr std::size_t kTagValueCharactersMax = 256;
constexpr std::size_t kSubnetsMax = 16;
constexpr std::size_t kSecurityGroupsMax = 5;
constexpr std::size_t kCapacityProvidersMax = 20;
constexpr int kEphemeralStorageGiBMin = 21;
constexpr int kEphemeralStorageGiBMax = 200;
// ECS API: DescribeTasks, DescribeClusters.
constexpr std::size_t kTasksPerDescribeMax = 100;
constexpr std::size_t kClustersPerDescribeMax = 100;
// ECS API: lists.
constexpr int kListPageMax = 100;
// ECS API: RegisterTaskDefinition.
constexpr std::size_t kContainersPerDefinitionMax = 10;
constexpr std::size_t kNameCharactersMax = 255;  // Of a family, a container, a cluster.
constexpr std::size_t kDefinitionBytesMax = 64U << 10U;
constexpr int kStopTimeoutSecondsMax = 120;
constexpr int kStopTimeoutSecondsDefault = 30;
constexpr int kContainerMemoryMiBMin = 6;
constexpr int kContainerMemoryMiBMinEver = 4;  // Where Docker is older than 20.10.
// Logs API.
constexpr std::size_t kLogEventsPerPutMax = 10'000;
constexpr std::size_t kLogPutBytesMax = 1U << 20U;  // Messages plus 26 bytes each.
constexpr std::size_t kLogEventOverheadBytes = 26;
constexpr std::size_t kLogEventsPerPageMax = 10'000;
constexpr std::size_t kLogPageBytesMax = 1U << 20U;
constexpr std::size_t kLogStreamsPerFilterMax = 100;
constexpr std::size_t kLogDescribePageMax = 50;
constexpr std::size_t kLogNameCharactersMax = 512;
constexpr std::size_t kLogLineBytesMax = 256U << 10U;  // The awslogs driver cuts longer lines.

}  // namespace runtask::ecs::limits
