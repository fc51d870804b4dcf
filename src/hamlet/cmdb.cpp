#include "hamlet/cmdb.h"

#include <algorithm>
#include <set>

#include "hamlet/catalogue.h"
#include "hamlet/cmdb_contents.h"

namespace runtask::hamlet {
namespace {

// hamlet's rule: the first container by name, without its last `-` part.
std::optional<std::string> default_container(const Occurrence& occurrence) {
  if (!occurrence.containers.value || occurrence.containers.value->empty()) return {};
  const auto& first = occurrence.containers.value->front();
  return first.substr(0, first.rfind('-'));
}

void choose_container(const std::string& asked, Occurrence& occurrence) {
  if (!asked.empty()) {
    occurrence.container = {asked, {{}, {}, "as asked for"}};
  } else {
    occurrence.container = {
        default_container(occurrence),
        {occurrence.containers.source.file, occurrence.containers.source.pointer,
         "the first container without its last `-` part"}};
  }
}

std::string task_name(const Occurrence& occurrence) {
  return "task `" + occurrence.task + "` of component `" + occurrence.component + "`";
}

}  // namespace

Cmdb::Cmdb(std::unique_ptr<const Contents> contents) : contents_(std::move(contents)) {}
Cmdb::Cmdb(Cmdb&&) noexcept = default;
Cmdb& Cmdb::operator=(Cmdb&&) noexcept = default;
Cmdb::~Cmdb() = default;

std::size_t Cmdb::task_count() const {
  return contents_->names().tasks.size();
}

std::vector<Occurrence> Cmdb::tasks() const {
  std::vector<Occurrence> occurrences;
  for (std::size_t i = 0; i < contents_->names().tasks.size(); ++i) {
    occurrences.push_back(contents_->task(i));
    choose_container("", occurrences.back());
  }
  return occurrences;
}

Result<std::vector<Occurrence>> Cmdb::find(const Selector& selector) const {
  const auto chosen = TRY(select_tasks(contents_->names(), selector));
  std::vector<Occurrence> occurrences;
  occurrences.reserve(chosen.size());
  for (const auto index : chosen) {
    occurrences.push_back(contents_->task(index));
    auto& occurrence = occurrences.back();
    choose_container(selector.container, occurrence);
    if (selector.tasks.empty() || occurrence.mistakes.empty()) continue;
    return fail(
        Code::kInvalid,
        task_name(occurrence) + " has a mistake in the CMDB: " + occurrence.mistakes.front(),
        occurrence.mistakes.size() == 1 ? ""
                                        : "and " + std::to_string(occurrence.mistakes.size() - 1) +
                                              " more: " + occurrence.mistakes[1]);
  }
  return occurrences;
}

const ScopeFacts& Cmdb::facts() const {
  return contents_->facts;
}
const std::vector<std::string>& Cmdb::state_files() const {
  return contents_->state_files;
}
const std::vector<std::string>& Cmdb::warnings() const {
  return contents_->warnings;
}

std::vector<std::string> Cmdb::mistakes() const {
  std::vector<std::string> all;
  std::set<std::string> known;
  for (std::size_t i = 0; i < contents_->names().tasks.size(); ++i)
    for (auto& mistake : contents_->task(i).mistakes)
      if (known.insert(mistake).second) all.push_back(std::move(mistake));
  return all;
}

Source source_of(const Documents& documents, const Node& node) {
  if (node.file < 0) return {{}, {}, "hamlet's own data"};
  return {documents.file_name(node.file), Documents::pointer_to(node), {}};
}

Occurrence named_occurrence(const Catalogue& names, std::size_t index) {
  const auto& task = names.tasks[index];
  const auto& cluster = names.clusters[task.cluster];
  const auto& component = names.components[cluster.component];
  Occurrence occurrence;
  occurrence.tier = names.tiers[component.tier].name;
  occurrence.component = component.name;
  occurrence.component_instance = cluster.instance;
  occurrence.component_version = cluster.version;
  occurrence.task = task.name;
  occurrence.instance = task.instance;
  occurrence.version = task.version;
  return occurrence;
}

}  // namespace runtask::hamlet
