#pragma once

#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/channel_layout.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
#include <malloc.h>
#include <unistd.h>

// Swift does not import macros with casts or function-like macros; each of these is one.
static inline int shim_averror(int posix) { return AVERROR(posix); }
static inline int shim_error_eof(void) { return AVERROR_EOF; }
static inline int shim_error_exit(void) { return AVERROR_EXIT; }
static inline int shim_error_invalid_data(void) { return AVERROR_INVALIDDATA; }
static inline int shim_error_bug(void) { return AVERROR_BUG; }
static inline int shim_error_option(void) { return AVERROR_OPTION_NOT_FOUND; }
static inline int shim_error_decoder(void) { return AVERROR_DECODER_NOT_FOUND; }
static inline int shim_error_filter(void) { return AVERROR_FILTER_NOT_FOUND; }
static inline int shim_error_encoder(void) { return AVERROR_ENCODER_NOT_FOUND; }
static inline int shim_error_muxer(void) { return AVERROR_MUXER_NOT_FOUND; }
static inline int shim_error_stream(void) { return AVERROR_STREAM_NOT_FOUND; }
static inline int64_t shim_no_pts(void) { return AV_NOPTS_VALUE; }

// Bits that are cast or shifted macros.
static inline int shim_custom_io(void) { return AVFMT_FLAG_CUSTOM_IO; }
static inline int shim_global_header(void) { return AV_CODEC_FLAG_GLOBAL_HEADER; }
static inline int shim_closed_gop(void) { return AV_CODEC_FLAG_CLOSED_GOP; }

// Setting the threshold also ends glibc's habit of raising it: encoders come and go with some hundred megabytes
// of pictures each, which would stay in the heaps of threads that are gone. And each chunk has threads of its own: with
// eight heaps for each core, which is usual, what is left in them grows for as long as a film is rendered. One for each
// core is enough, and never fewer than two.
static inline void shim_return_memory(void) {
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  mallopt(M_ARENA_MAX, cores > 2 ? (int)cores : 2);
}
