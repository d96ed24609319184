#pragma once
// The SHA-2 and MD5 states as plain values (SHA256_Init and so on) are marked deprecated since 3.0, but
// they need no allocation, no lock and no provider look-up, which makes a short hash three times faster.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/md5.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

// A public key out of named parameters. In C, because OSSL_PARAM keeps the pointers to names and
// values until the key is made, and a Swift string passed to C lives only for one call.
static inline EVP_PKEY *postern_public_key(const char *type, OSSL_PARAM *parameters) {
  EVP_PKEY *key = NULL;
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
  if (context != NULL && EVP_PKEY_fromdata_init(context) == 1)
    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters);
  EVP_PKEY_CTX_free(context);
  return key;
}

// `point` is uncompressed (SEC 1 section 2.3.3).
static inline EVP_PKEY *postern_ec_public_key(const char *group, unsigned char *point, size_t size) {
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)group, 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, size),
      OSSL_PARAM_construct_end()};
  return postern_public_key("EC", parameters);
}

// Modulus and exponent in the byte order of the machine, as OSSL_PARAM wants integers.
static inline EVP_PKEY *postern_rsa_public_key(unsigned char *modulus, size_t modulus_size,
                                               unsigned char *exponent, size_t exponent_size) {
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, modulus, modulus_size),
      OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, exponent, exponent_size),
      OSSL_PARAM_construct_end()};
  return postern_public_key("RSA", parameters);
}
