#pragma once

#include <stdint.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

// These are function-like macros over SSL_CTX_ctrl, which Swift does not import.

static inline int vc_tls_set_minimum_version(SSL_CTX *context, int minor) {
  return (int)SSL_CTX_set_min_proto_version(context, minor == 3 ? TLS1_3_VERSION : TLS1_2_VERSION);
}

// `struct tm` of a time in UTC is turned into seconds by a function that Swift's Glibc does not show.
static inline int vc_tls_certificate_end(SSL_CTX *context, int64_t *seconds) {
  X509 *certificate = SSL_CTX_get0_certificate(context);
  struct tm end;
  if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) return 0;
  *seconds = (int64_t)timegm(&end);
  return *seconds >= 0;
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
