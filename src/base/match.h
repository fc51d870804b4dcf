#pragma once

// One handler for each alternative of a variant, for std::visit.

namespace runtask {

template <class... F>
struct Match : F... {
  using F::operator()...;
};
template <class... F>
Match(F...) -> Match<F...>;

}  // namespace runtask
