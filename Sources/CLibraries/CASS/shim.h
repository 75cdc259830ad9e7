#pragma once

#include <ass/ass.h>
#include <stdarg.h>
#include <stdio.h>

/* The last message of libass that tells of a problem. Its callback takes a va_list, which Swift cannot walk. */
typedef struct {
  char text[512];
} vc_ass_log;

static void vc_ass_keep_message(int level, const char *format, va_list arguments, void *data) {
  if (level > 2 || data == NULL) return; /* 0 fatal, 1 error, 2 warning */
  vsnprintf(((vc_ass_log *)data)->text, sizeof(((vc_ass_log *)data)->text), format, arguments);
}

static inline void vc_ass_keep_messages(ASS_Library *library, vc_ass_log *log) {
  ass_set_message_cb(library, vc_ass_keep_message, log);
}
