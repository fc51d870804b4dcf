#include "sys/curl_library.h"

#include <dlfcn.h>

#include <csignal>
#include <string>

namespace runtask::sys {
namespace {

// Finds functions by name and remembers the first that is missing.
class Symbols {
 public:
  explicit Symbols(void* library) : library_(library) {}
  template <class Function>
  void find(Function& function, const char* name) {
    function = reinterpret_cast<Function>(::dlsym(library_, name));  // NOLINT: how dlsym is used.
    if (function == nullptr && missing_ == nullptr) missing_ = name;
  }
  [[nodiscard]] const char* missing() const { return missing_; }

 private:
  void* library_;
  const char* missing_ = nullptr;
};

}  // namespace

Result<CurlLibrary> CurlLibrary::load(const char* path) {
  // Lazily bound, because most of what is behind it is never called. Not closed again: OpenSSL,
  // which comes with it, leaves functions behind that run when the program exits.
  void* const file = ::dlopen(path, RTLD_LAZY | RTLD_LOCAL);
  if (file == nullptr) {
    return fail(Code::kNotFound,
                std::string("the HTTP library libcurl cannot be loaded: ") + ::dlerror(),
                "install the package libcurl4: apt-get install libcurl4");
  }
  Symbols symbols(file);
  CurlLibrary curl;
  symbols.find(curl.global_init, "curl_global_init");
  symbols.find(curl.slist_append, "curl_slist_append");
  symbols.find(curl.slist_free_all, "curl_slist_free_all");
  symbols.find(curl.easy_init, "curl_easy_init");
  symbols.find(curl.easy_cleanup, "curl_easy_cleanup");
  symbols.find(curl.easy_setopt, "curl_easy_setopt");
  symbols.find(curl.easy_getinfo, "curl_easy_getinfo");
  symbols.find(curl.easy_strerror, "curl_easy_strerror");
  symbols.find(curl.multi_init, "curl_multi_init");
  symbols.find(curl.multi_cleanup, "curl_multi_cleanup");
  symbols.find(curl.multi_setopt, "curl_multi_setopt");
  symbols.find(curl.multi_add_handle, "curl_multi_add_handle");
  symbols.find(curl.multi_remove_handle, "curl_multi_remove_handle");
  symbols.find(curl.multi_socket_action, "curl_multi_socket_action");
  symbols.find(curl.multi_info_read, "curl_multi_info_read");
  if (symbols.missing() != nullptr) {
    return fail(Code::kInvalid, std::string(path) + " has no function " + symbols.missing(),
                "install the package libcurl4: apt-get install libcurl4");
  }
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return fail(Code::kUnavailable, "the HTTP library libcurl cannot be initialised");
  // OpenSSL writes to its sockets with write(2); on a connection that the other side has closed
  // that is a SIGPIPE, which would end the program, where an error is expected.
  struct sigaction action {};
  if (::sigaction(SIGPIPE, nullptr, &action) == 0 && action.sa_handler == SIG_DFL) {
    action.sa_handler = SIG_IGN;
    (void)::sigaction(SIGPIPE, &action, nullptr);
  }
  return curl;
}

}  // namespace runtask::sys
