#pragma once
// libssl beside libcrypto. A module of its own, so that programs without TLS do not load libssl.
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdint.h>

// Modes, options and versions are set through macros, which Swift does not import.
//
// Messages of a handshake that one client may send over the life of a connection: about four for the
// handshake itself, the others for new keys, which are due after hundreds of gigabytes.
enum { postern_tls_handshake_messages_max = 128 };

// One SSL_read takes any number of messages that carry no data, each of which costs new keys: a
// client that sends nothing else would keep a thread for ever. Past the bound nothing more is read.
static inline void postern_tls_count_message(int is_sent, int version, int type, const void *bytes,
                                             size_t count, SSL *session, void *argument) {
  if (is_sent || type != SSL3_RT_HANDSHAKE) return;
  uintptr_t seen = (uintptr_t)SSL_get_app_data(session) + 1;
  SSL_set_app_data(session, (void *)seen);
  if (seen > postern_tls_handshake_messages_max)
    SSL_set_shutdown(session, SSL_get_shutdown(session) | SSL_RECEIVED_SHUTDOWN);
}

// Clients that close without close_notify are many; HTTP bodies carry their own length, so that a
// cut is seen without it. Idle connections give their buffers back. Sessions live in tickets only.
static inline int postern_tls_configure(SSL_CTX *context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_msg_callback(context, postern_tls_count_message);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
}

// A macro; a later OpenSSL knows hybrid groups that 3.0 does not.
static inline int postern_tls_set_groups(SSL_CTX *context, const char *groups) {
  return SSL_CTX_set1_groups_list(context, groups) == 1;
}

// A macro; the reference to the certificate stays with the caller.
static inline int postern_tls_add_chain(SSL_CTX *context, X509 *certificate) {
  return SSL_CTX_add1_chain_cert(context, certificate) == 1;
}

// An outcome is told from the error queue of the thread, which must be empty before a call; other
// libraries leave things there. Looking first is much cheaper than emptying.
static inline void postern_tls_forget_errors(void) {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

// Macros, for tests that look at a connection from the client's side.
static inline void postern_tls_set_versions(SSL_CTX *context, int least, int most) {
  SSL_CTX_set_min_proto_version(context, least);
  SSL_CTX_set_max_proto_version(context, most);
}
static inline void postern_tls_set_host(SSL *session, const char *name) {
  SSL_set_tlsext_host_name(session, name);
}
