#include "cli/stream_prefix.h"

namespace runtask::cli {

std::string stream_prefix(const Streams& streams, const std::string& container,
                          bool many_launches) {
  if (many_launches || (streams.count > 1 && streams.is_of_an_environment))
    return streams.launch + " " + container + " | ";
  return streams.count > 1 ? container + " | " : "";
}

}  // namespace runtask::cli
