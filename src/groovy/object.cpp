#include "groovy/object.h"

namespace runtask::groovy {

Object::~Object() {
  if (heap_ != nullptr) heap_->forget(*this);
}

void Object::charge(std::size_t bytes) {
  if (heap_ == nullptr) return;
  const std::size_t before = std::exchange(charged_, bytes);
  heap_->change(before, bytes);
}

void Object::dispose() {
  if (heap_ != nullptr)
    heap_->collect(*this);
  else
    delete this;
}

Heap::~Heap() {
  // What is left is held by a circle or by the host. Everything is held once more while it is
  // emptied, so that nothing goes away under the loop's feet.
  std::vector<Object*> left;
  for (Object* object = first_; object != nullptr; object = object->next_) {
    object->retain();
    left.push_back(object);
  }
  for (Object* object : left)
    object->clear();
  for (Object* object : left) {
    forget(*object);
    object->release();
  }
}

void Heap::adopt(Object& object, std::size_t bytes) {
  object.heap_ = this;
  object.next_ = first_;
  if (first_ != nullptr) first_->previous_ = &object;
  first_ = &object;
  object.charged_ = bytes;
  change(0, bytes);
}

void Heap::change(std::size_t less, std::size_t more) {
  bytes_ = bytes_ - less + more;
}

// Deleting an object releases others, which come here too: they wait, so that the stack stays flat.
void Heap::collect(Object& object) {
  dead_.push_back(&object);
  if (is_collecting_) return;
  is_collecting_ = true;
  while (!dead_.empty()) {
    Object* next = dead_.back();
    dead_.pop_back();
    delete next;
  }
  is_collecting_ = false;
}

void Heap::forget(Object& object) {
  bytes_ -= object.charged_;
  if (object.previous_ != nullptr)
    object.previous_->next_ = object.next_;
  else
    first_ = object.next_;
  if (object.next_ != nullptr) object.next_->previous_ = object.previous_;
  object.heap_ = nullptr;
  object.previous_ = object.next_ = nullptr;
}

}  // namespace runtask::groovy
