#pragma once

#include <flite/flite.h>

// No header of flite declares the voices.
cst_voice *register_cmu_us_slt(const char *folder);
cst_voice *register_cmu_us_rms(const char *folder);
cst_voice *register_cmu_us_awb(const char *folder);
cst_voice *register_cmu_us_kal16(const char *folder);

static inline cst_utterance *vc_keep(cst_utterance *utterance) { return utterance; }

/// Everything but the sound. `uttfunc_val` is made by a macro, which Swift does not see.
static inline cst_utterance *vc_analyse(cst_utterance *utterance) {
  feat_set(utterance->features, "wave_synth_func", uttfunc_val(&vc_keep));
  return utt_synth(utterance);
}
