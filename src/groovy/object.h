#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

// What lives on the heap of a build: strings, lists, closures, scopes. Counted references, because
// Groovy values are shared by nature and die in no order that the text tells; counted plainly and
// not atomically, because only the holder of the baton touches them. What refers to itself in a
// circle is emptied when the heap ends. Nothing here recurses, however long a chain is.

namespace runtask::groovy {

class Heap;

enum class Kind : std::uint8_t {
  // Values without an object.
  kNull,
  kBool,
  kInteger,
  kLong,
  kDouble,
  // Values with one.
  kBigInteger,
  kBigDecimal,
  kString,
  kGString,
  kList,  // Arrays too.
  kSet,
  kMap,
  kEntry,
  kRange,
  kClosure,
  kThrowable,
  kDate,
  kPattern,
  kMatcher,
  kClass,
  kBuilder,  // StringBuilder, StringBuffer.
  kScript,
  kInstance,  // Of a class in Groovy.
  kHost,
  kScope,  // Never a value.
};

class Object {
 public:
  explicit Object(Kind kind) : kind_(kind) {}
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  virtual ~Object();

  [[nodiscard]] Kind kind() const { return kind_; }
  void retain() { ++references_; }
  void release() {
    if (--references_ == 0) dispose();
  }
  // Drops every reference to other objects.
  virtual void clear() {}
  // Says that the object now holds so many bytes beside itself.
  void charge(std::size_t bytes);

 private:
  friend class Heap;
  void dispose();

  Kind kind_;
  std::uint32_t references_ = 0;
  std::size_t charged_ = 0;
  Heap* heap_ = nullptr;  // None for constants of the text, which the syntax tree owns.
  Object* previous_ = nullptr;
  Object* next_ = nullptr;
};

template <class T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(T* object) : object_(object) {
    if (object_ != nullptr) object_->retain();
  }
  Ref(const Ref& other) : Ref(other.object_) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    // clang-tidy does not count, and takes each release for the last.
    if (object_ != nullptr) object_->release();  // NOLINT(clang-analyzer-cplusplus.NewDelete)
  }
  [[nodiscard]] T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  T* object_ = nullptr;
};

// Owns the count of a build's memory, and ends the circles. Outlives nothing: values that the host
// still holds when the heap ends are empty shells from then on.
class Heap {
 public:
  Heap() = default;
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;
  ~Heap();

  template <class T, class... Arguments>
  Ref<T> make(Arguments&&... arguments) {
    Ref<T> object(std::make_unique<T>(std::forward<Arguments>(arguments)...).release());
    adopt(*object, sizeof(T));
    return object;
  }
  // Counted, not limited: the evaluator looks at every step (Fiber::step).
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  friend class Object;
  void adopt(Object& object, std::size_t bytes);
  void change(std::size_t less, std::size_t more);
  void collect(Object& object);
  void forget(Object& object);

  std::size_t bytes_ = 0;
  Object* first_ = nullptr;
  std::vector<Object*> dead_;  // Waiting to be deleted.
  bool is_collecting_ = false;
};

}  // namespace runtask::groovy
