#pragma once

#include <zimg.h>

// Swift does not import macros with casts.
static inline unsigned shim_zimg_version(void) { return ZIMG_API_VERSION; }
static inline unsigned shim_zimg_whole_plane(void) { return ZIMG_BUFFER_MAX; }
