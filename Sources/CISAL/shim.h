#pragma once
#include <isa-l/igzip_lib.h>
#include <stdbool.h>
#include <stdlib.h>

// The state of ISA-L holds arrays of 64 KiB, which Swift would import as tuples of as many members; it
// is only ever passed on as this type, which nobody defines.
typedef struct postern_isal_packer *postern_isal_packer_t;

// Packs raw deflate data at level 1; NULL without memory. One block, all zero, as the match finder's
// table behind the state is not cleared by the library.
static inline postern_isal_packer_t postern_isal_packer_new(void) {
  struct isal_zstream *stream = calloc(1, sizeof(*stream) + ISAL_DEF_LVL1_DEFAULT);
  if (stream == NULL) return NULL;
  isal_deflate_init(stream);
  stream->level = 1;
  stream->level_buf = (uint8_t *)(stream + 1);
  stream->level_buf_size = ISAL_DEF_LVL1_DEFAULT;
  return (postern_isal_packer_t)stream;
}

static inline void postern_isal_packer_free(postern_isal_packer_t packer) { free(packer); }

// Sets what the next calls read: `count` bytes, which have to stay until a call leaves room in its
// target.
static inline void postern_isal_packer_feed(
    postern_isal_packer_t packer, const uint8_t *source, uint32_t count, bool is_last) {
  struct isal_zstream *stream = (struct isal_zstream *)packer;
  // It is read only, whatever the type says.
  stream->next_in = (uint8_t *)source;
  stream->avail_in = count;
  stream->end_of_stream = is_last;
}

// Fills a target of `room` bytes; says how many were written, or -1 at a failure. Less than `room`: all
// that was fed is taken, and at the last piece all is written.
static inline int64_t postern_isal_packer_run(
    postern_isal_packer_t packer, uint8_t *target, uint32_t room) {
  struct isal_zstream *stream = (struct isal_zstream *)packer;
  stream->next_out = target;
  stream->avail_out = room;
  if (isal_deflate(stream) != COMP_OK) return -1;
  return (int64_t)(room - stream->avail_out);
}
