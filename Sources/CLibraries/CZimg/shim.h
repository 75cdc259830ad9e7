#pragma once

#include <zimg.h>

// Swift does not import macros with casts, and no members that are structures without a name.
static inline unsigned shim_zimg_version(void) { return ZIMG_API_VERSION; }

static inline void shim_zimg_set_region(
    zimg_image_format *format, double left, double top, double width, double height) {
  format->active_region.left = left;
  format->active_region.top = top;
  format->active_region.width = width;
  format->active_region.height = height;
}

static inline zimg_error_code_e shim_zimg_process_plane(
    const zimg_filter_graph *graph, const void *source, ptrdiff_t stride, void *target,
    ptrdiff_t target_stride, void *scratch) {
  zimg_image_buffer_const input = {ZIMG_API_VERSION};
  input.plane[0].data = source;
  input.plane[0].stride = stride;
  input.plane[0].mask = ZIMG_BUFFER_MAX;
  zimg_image_buffer output = {ZIMG_API_VERSION};
  output.plane[0].data = target;
  output.plane[0].stride = target_stride;
  output.plane[0].mask = ZIMG_BUFFER_MAX;
  return zimg_filter_graph_process(graph, &input, &output, scratch, NULL, NULL, NULL, NULL);
}
