#pragma once
// The checks of <curl/typecheck-gcc.h> are macros around the variadic functions; Swift sees neither.
#define CURL_DISABLE_TYPECHECK 1
#include <curl/curl.h>

// `curl_easy_setopt` is variadic, which Swift cannot call: one typed function for each kind of
// value that an option takes.
static inline CURLcode postern_curl_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode postern_curl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode postern_curl_set_text(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode postern_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode postern_curl_set_list(CURL *easy, CURLoption option,
                                             struct curl_slist *value) {
  return curl_easy_setopt(easy, option, value);
}

// Read, write and header callbacks share this shape.
typedef size_t (*postern_curl_data_function)(char *bytes, size_t size, size_t count,
                                             void *context);
static inline CURLcode postern_curl_set_data(CURL *easy, CURLoption option,
                                             postern_curl_data_function value) {
  return curl_easy_setopt(easy, option, value);
}
typedef int (*postern_curl_seek_function)(void *context, curl_off_t offset, int origin);
static inline CURLcode postern_curl_set_seek(CURL *easy, postern_curl_seek_function value) {
  return curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, value);
}
typedef curl_socket_t (*postern_curl_socket_function)(void *context, curlsocktype purpose,
                                                      struct curl_sockaddr *address);
static inline CURLcode postern_curl_set_open_socket(CURL *easy,
                                                    postern_curl_socket_function value) {
  return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, value);
}

// `curl_easy_getinfo` and `curl_multi_setopt` are variadic too.
static inline CURLcode postern_curl_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
  return curl_easy_getinfo(easy, info, value);
}
static inline CURLcode postern_curl_get_private(CURL *easy, void **value) {
  return curl_easy_getinfo(easy, CURLINFO_PRIVATE, value);
}
static inline CURLMcode postern_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

// `curl_socket_t` of the macro `CURL_SOCKET_BAD`.
static const curl_socket_t postern_curl_no_socket = CURL_SOCKET_BAD;
