#include "jenkins/loaded_library.h"

#include "groovy/class_path.h"

namespace runtask::jenkins {
namespace {

using groovy::Fiber;
using groovy::HostObject;
using groovy::Values;

constexpr const char* kClassName = "org.jenkinsci.plugins.workflow.libs.LibraryStep$LoadedClasses";

class LoadedClass final : public HostObject {
 public:
  explicit LoadedClass(Value of) : class_(std::move(of)) {}
  void clear() override { class_ = Value(); }
  [[nodiscard]] std::string class_name() const override { return kClassName; }
  [[nodiscard]] std::optional<Outcome> get(Fiber& fiber, const std::string& name) override {
    return fiber.invoke_method(class_, "getProperty", {fiber.text_value(name)});
  }
  [[nodiscard]] std::optional<Outcome> set(Fiber& fiber, const std::string& name,
                                           const Value& value) override {
    return fiber.invoke_method(class_, "setProperty", {fiber.text_value(name), value});
  }
  [[nodiscard]] std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                            Values& arguments) override {
    return fiber.invoke_method(class_, method == "new" ? "newInstance" : method, arguments);
  }

 private:
  Value class_;
};

// A package, as far as it is written: names go on until one is a class.
class LoadedPackage final : public HostObject {
 public:
  LoadedPackage(Execution& execution, std::string prefix)
      : execution_(execution), prefix_(std::move(prefix)) {}
  [[nodiscard]] std::string class_name() const override { return kClassName; }
  [[nodiscard]] std::optional<Outcome> get(Fiber& fiber, const std::string& name) override {
    const auto full = prefix_ + name;
    const auto& class_path = execution_.request().file->unit->class_path;
    const auto* info = class_path ? class_path->find(full) : nullptr;
    if (info != nullptr)
      return Value(
          fiber.heap().make<LoadedClass>(Value(fiber.heap().make<groovy::ClassValue>(*info))));
    // As Jenkins tells them apart: classes begin with a capital.
    const bool is_package = !name.empty() && name[0] >= 'a' && name[0] <= 'z' && name != "class";
    if (is_package) return Value(fiber.heap().make<LoadedPackage>(execution_, full + "."));
    if (name == "class") return std::nullopt;
    return fiber.raise("java.lang.ClassNotFoundException", full);
  }

 private:
  Execution& execution_;
  std::string prefix_;
};

}  // namespace

Value make_loaded_library(Execution& execution, groovy::Heap& heap) {
  return heap.make<LoadedPackage>(execution, "");
}

}  // namespace runtask::jenkins
