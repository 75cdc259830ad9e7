#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>

// These are function-like macros over SSL_CTX_ctrl, which Swift does not import.

static inline int vc_tls_set_minimum_version(SSL_CTX *context) {
  return (int)SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

// A write may stop in the middle and go on from another address; idle sessions keep no buffers.
static inline void vc_tls_set_modes(SSL_CTX *context) {
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
}

// Options are 64-bit shifts, which Swift does not import either.
static inline void vc_tls_set_options(SSL_CTX *context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
}
