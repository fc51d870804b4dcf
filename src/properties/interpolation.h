#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "properties/properties.h"

// `${name}` in values, as Jenkins' `readProperties interpolate: true` replaces it: with Apache
// Commons Configuration, which knows no environment variables here. `${name:-default}` has a
// default; what is not known stays as it is; two full passes, so that `$${name}` protects nothing.
// Pure; any thread.

namespace runtask::properties {

// `${date:PATTERN}`: the present time in a pattern of Java's SimpleDateFormat. An error is one of
// the whole interpolation, as it is there. An empty function leaves such references as they are.
using DateFormat = std::function<Result<std::string>(std::string_view pattern)>;

struct Interpolated {
  Properties properties;
  // What Jenkins prints: empty, or the two lines that say why everything was left as it is.
  std::vector<std::string> log;
};

// All or nothing: a reference that leads back to itself, wherever it stands, or a value that grows
// beyond the limits below leaves all values as they are.
[[nodiscard]] Interpolated interpolated(const Properties& properties, const DateFormat& date);

constexpr std::size_t kInterpolationDepthMax = 500;  // References within referenced values.
// Characters that are looked at in both passes together, a reference counting as
// kInterpolationReferenceBytes more; and so a bound of time and of size: a few lines can refer to
// each other so that their values would fill any memory.
constexpr std::size_t kInterpolationBytesMax = 16U << 20U;
constexpr std::size_t kInterpolationReferenceBytes = 64;

}  // namespace runtask::properties
