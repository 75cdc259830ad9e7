#pragma once

#include <fontconfig/fontconfig.h>
#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_TRUETYPE_TABLES_H

/* FT_Get_Sfnt_Table returns void *; the tag decides the type. */
static inline TT_OS2 *vc_ft_os2_table(FT_Face face) {
  return (TT_OS2 *)FT_Get_Sfnt_Table(face, FT_SFNT_OS2);
}
