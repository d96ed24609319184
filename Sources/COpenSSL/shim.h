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
