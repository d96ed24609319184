#pragma once
// The header documents the C interface, which is stable across releases; no C++ is seen here.
#include <qpdf/qpdf-c.h>
#include <stddef.h>

// Searches bytes; declared here because <string.h> hides it from strict C.
void *memmem(const void *bytes, size_t count, const void *text, size_t length);
