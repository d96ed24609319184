#pragma once
#include <zlib.h>

// `inflateInit` and its like are macros that pass the version and size of the structure they were
// compiled with.
static inline int postern_inflate_init(z_streamp stream) { return inflateInit(stream); }

// Raw deflate data without a header, as ZIP has it: a window of 2^15 bytes, written as minus 15.
static inline int postern_inflate_raw_init(z_streamp stream) { return inflateInit2(stream, -15); }
