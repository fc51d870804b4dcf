#pragma once

#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "groovy/ast.h"
#include "groovy/value.h"

// What code runs in: scopes with variables, closures over them, scripts with their methods.

namespace runtask::groovy {

class Closure;
class Script;

// The variables of a block, a closure's or a method's run, or a loop, and the way outwards.
class Scope : public Object {
 public:
  Scope(Ref<Scope> outer, Ref<Script> of_script)
      : Object(Kind::kScope), parent(std::move(outer)), script(std::move(of_script)) {}
  void clear() override;

  void declare(Name name, Value value, const TypeName* type = nullptr);
  // In this scope or further out; null if there is none.
  struct Slot {
    Name name = nullptr;
    const TypeName* type = nullptr;  // Of a typed variable: what is assigned to it is cast.
    Value value;
  };
  [[nodiscard]] Slot* find(Name name);
  // By its text, for hosts that put variables beside those of the text.
  [[nodiscard]] Slot* find_text(std::string_view name);
  // What `this` is: an object or class, or the script.
  [[nodiscard]] Value this_value() const;

  Ref<Scope> parent;  // Null at the outermost block of a script or method.
  Ref<Script> script;
  Ref<Closure> closure;  // Whose run this is; null in blocks and methods.
  Value self;  // At the outermost block of a class's method: the object, or the class if static.

 private:
  static constexpr std::size_t kInside = 3;
  std::array<Slot, kInside> first_;
  std::size_t count_ = 0;
  std::vector<Slot> more_;
};

// The order in which a closure asks for names that are no variables.
enum class Resolve : std::uint8_t {
  kOwnerFirst = 0,
  kDelegateFirst = 1,
  kOwnerOnly = 2,
  kDelegateOnly = 3,
  kToSelf = 4,
};

class Closure : public Object {
 public:
  using Native = std::function<Value(Fiber&, Values&)>;  // Throws Thrown and Aborted.
  Closure(const ClosureExpr& text, Ref<Scope> around);
  // A method pointer or a composition: `arity` of -1 takes what comes.
  Closure(Native native_code, Values held_values, int parameters);
  void clear() override;

  const ClosureExpr* code = nullptr;  // Null for native ones.
  Ref<Scope> scope;                   // Where it was written.
  Ref<Closure> owner;                 // The closure around it; null directly in a script.
  Value delegate;                     // Set by the script or the host; null until then.
  bool has_delegate = false;
  Resolve strategy = Resolve::kOwnerFirst;
  Native native;
  Values held;          // What native code refers to.
  Values curried;       // Arguments given before.
  Values curried_last;  // The same, at the end.
  int arity = -1;       // Of native ones.
};

// A file with its methods and fields: what `this` is in it, and what `load` returns.
class Script : public Object {
 public:
  explicit Script(std::shared_ptr<const Unit> of_unit, const ClassInfo* as_class = nullptr);
  void clear() override;
  [[nodiscard]] const std::vector<const MethodDecl*>* methods_named(const std::string& name) const;

  const std::shared_ptr<const Unit> unit;
  const ClassInfo* const
      info;  // Of a library's file without a class, which is one itself; or null.
  std::unordered_map<std::string, Value> fields;  // @Field
  Ref<Map> binding;  // Variables assigned without def; shared by the scripts of a build.

 private:
  std::unordered_map<std::string_view, std::vector<const MethodDecl*>> methods_;
};

}  // namespace runtask::groovy
