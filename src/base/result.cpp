#include "base/result.h"

namespace runtask {

std::string Error::text() const {
  std::string text = "error: " + message;
  for (const auto& line : context)
    text += "\n  " + line;
  if (!hint.empty()) text += "\nhint: " + hint;
  return text;
}

}  // namespace runtask
