#pragma once

#include <curl/curl.h>

#include "base/result.h"

// libcurl, loaded while the program runs. Linked, it and the thirty libraries behind it would be
// mapped and bound at every start, also by commands that send nothing. For http_client.cpp only.

namespace runtask::sys {

struct CurlLibrary {
  static constexpr const char* kFile = "libcurl.so.4";

  decltype(&::curl_global_init) global_init = nullptr;
  decltype(&::curl_slist_append) slist_append = nullptr;
  decltype(&::curl_slist_free_all) slist_free_all = nullptr;
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
  CURLcode (*easy_setopt)(CURL*, CURLoption, ...) = nullptr;
  CURLcode (*easy_getinfo)(CURL*, CURLINFO, ...) = nullptr;
  decltype(&::curl_easy_strerror) easy_strerror = nullptr;
  decltype(&::curl_multi_init) multi_init = nullptr;
  decltype(&::curl_multi_cleanup) multi_cleanup = nullptr;
  CURLMcode (*multi_setopt)(CURLM*, CURLMoption, ...) = nullptr;
  decltype(&::curl_multi_add_handle) multi_add_handle = nullptr;
  decltype(&::curl_multi_remove_handle) multi_remove_handle = nullptr;
  decltype(&::curl_multi_socket_action) multi_socket_action = nullptr;
  decltype(&::curl_multi_info_read) multi_info_read = nullptr;

  // Loads and initialises it; once loaded it stays until the program ends. kNotFound with the name
  // of the package when it is not installed.
  [[nodiscard]] static Result<CurlLibrary> load(const char* path);
};

}  // namespace runtask::sys
