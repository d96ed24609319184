#pragma once
#include <zlib.h>

// `inflateInit` is a macro that passes the version and size of the structure it was compiled with.
static inline int postern_inflate_init(z_streamp stream) { return inflateInit(stream); }
