#include <algorithm>

#include "base/text.h"
#include "jenkins/steps.h"

// lock (jenkins-pipeline 2.3): one file per resource below JENKINS_HOME, so that all runners that
// share a state directory respect it. The lock is the kernel's, and ends with its runner.

namespace runtask::jenkins {
namespace {

constexpr Duration kLookEvery{100};  // For a lock that somebody else holds.
constexpr std::size_t kFileNameMax = 200;

// Any text as the name of a file.
std::string file_name_of(std::string_view resource) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string name;
  for (const char c : resource) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                          (c == '.' && !name.empty());
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain)
      name += c;
    else
      name += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  return name;
}

struct Wanted {
  std::string shown;  // "Resource: x", "Label: y"
  std::string name;   // "x"
  std::string path;
};

// One branch's attempts to have all the resources at once: with some of them it holds none, so two
// builds that want the same ones in another order cannot wait for each other.
class Locking {
 public:
  Locking(Execution& execution, StepCall& call) : execution_(execution), call_(call) {}

  [[nodiscard]] std::optional<Raised> read_arguments() {
    add(call_.text("resource"), call_.text("label"));
    const auto extra = call_.value("extra");
    if (extra.is(groovy::Kind::kList))
      for (const auto& item : extra.as<groovy::List>().items) {
        if (!item.is(groovy::Kind::kMap)) continue;
        const auto text = [&](const char* key) -> std::optional<std::string> {
          const auto* value = item.as<groovy::Map>().find(key);
          if (value == nullptr || value->is_null()) return std::nullopt;
          return call_.branch.text(*value).value_or("");
        };
        add(text("resource"), text("label"));
      }
    if (wanted_.empty())
      return Execution::invalid(call_.branch, "lock needs a resource or a label").value();
    for (const auto& one : wanted_) {
      if (one.path.size() > execution_.request().home.size() + kFileNameMax)
        return Execution::invalid(call_.branch, "the name of the resource is too long").value();
      const auto& held = call_.branch.context.locks;
      if (std::find(held.begin(), held.end(), one.path) != held.end())
        return Execution::abort(call_.branch, "[" + one.shown +
                                                  "] is locked by this build already: a lock "
                                                  "inside itself would wait for ever")
            .value();
    }
    return std::nullopt;
  }

  // True: they are this branch's. What goes wrong with the files is an error.
  [[nodiscard]] Result<bool> try_all() {
    auto& files = execution_.outside().files;
    std::vector<std::unique_ptr<sys::FileLock>> taken;
    for (const auto& one : wanted_) {
      auto lock = files.lock(one.path, Duration(0));
      if (!lock && lock.error().code == Code::kConflict) {
        holder_ = &one;
        return false;
      }
      taken.push_back(TRY(std::move(lock)));
    }
    for (const auto& one : wanted_)
      (void)files.write(holder_file(one), own_name(), 0600);
    locks_ = std::move(taken);
    return true;
  }

  [[nodiscard]] std::string shown() const {
    std::vector<std::string> texts;
    for (const auto& one : wanted_)
      texts.push_back(one.shown);
    return "[" + join(texts, ", ") + "]";
  }
  [[nodiscard]] std::string busy_words() const {
    const auto holder = execution_.outside().files.read(holder_file(*holder_));
    return "[" + holder_->shown + "] is locked by " + (holder ? *holder : "another build");
  }
  [[nodiscard]] const std::vector<Wanted>& wanted() const { return wanted_; }
  void release() { locks_.clear(); }

 private:
  void add(const std::optional<std::string>& resource, const std::optional<std::string>& label) {
    const bool is_label = !resource || resource->empty();
    const auto& name = is_label ? label : resource;
    if (!name || name->empty()) return;
    const auto file = (is_label ? "label-" : "resource-") + file_name_of(*name);
    const auto path = execution_.request().home + "/locks/" + file;
    const auto is_same = [&](const Wanted& one) { return one.path == path; };
    if (std::any_of(wanted_.begin(), wanted_.end(), is_same)) return;
    wanted_.push_back({(is_label ? "Label: " : "Resource: ") + *name, *name, path});
  }
  [[nodiscard]] static std::string holder_file(const Wanted& one) { return one.path + ".holder"; }
  [[nodiscard]] std::string own_name() const {
    const auto& request = execution_.request();
    return request.job + " #" + std::to_string(request.number);
  }

  Execution& execution_;
  StepCall& call_;
  std::vector<Wanted> wanted_;
  const Wanted* holder_ = nullptr;  // The one that another build has.
  std::vector<std::unique_ptr<sys::FileLock>> locks_;
};

}  // namespace

Outcome step_lock(Execution& execution, StepCall& call) {
  auto& branch = call.branch;
  Locking locking(execution, call);
  if (auto error = locking.read_arguments()) return failed(*std::move(error));
  if (auto made =
          execution.outside().files.make_directory(execution.request().home + "/locks", 0700);
      !made)
    return Execution::abort(branch, made.error().message);
  execution.say(branch, "Trying to acquire lock on " + locking.shown());
  std::shared_ptr<void> waiting;
  for (bool is_first = true;; is_first = false) {
    const auto taken = locking.try_all();
    if (!taken) return Execution::abort(branch, taken.error().message);
    if (*taken) break;
    if (call.truth("skipIfLocked", false)) {
      execution.say(branch, locking.busy_words() + ", skipping execution...");
      return Value();
    }
    if (is_first) {
      execution.say(branch, locking.busy_words() + ", waiting...");
      waiting = execution.doing("lock", locking.shown());
    }
    wait_for(execution, branch, kLookEvery);
    if (auto stop = execution.interrupted(branch)) return failed(*std::move(stop));
  }
  waiting.reset();
  execution.say(branch, "Lock acquired on " + locking.shown());
  const ContextChange change(branch);
  for (const auto& one : locking.wanted())
    branch.context.locks.push_back(one.path);
  if (const auto variable = call.text("variable"); variable && !variable->empty()) {
    std::vector<std::string> names;
    Execution::Texts layer;
    for (const auto& one : locking.wanted()) {
      layer.emplace_back(*variable + std::to_string(names.size()), one.name);
      names.push_back(one.name);
    }
    layer.emplace_back(*variable, join(names, ","));
    branch.context.layers = with_layer(branch.context.layers, std::move(layer));
  }
  auto outcome = execution.run_body(branch, call.body);
  locking.release();
  execution.say(branch, "Lock released on resource " + locking.shown());
  return outcome;
}

}  // namespace runtask::jenkins
