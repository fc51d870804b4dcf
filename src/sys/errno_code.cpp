#include "sys/errno_code.h"

#include <cerrno>

namespace runtask::sys {

Code code_of_errno(int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return Code::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return Code::kDenied;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:  // The process's own limit on file sizes.
      return Code::kFull;
    default:
      return Code::kUnavailable;
  }
}

}  // namespace runtask::sys
