#pragma once

#include <flite/flite.h>
#include <flite/cst_cg.h>

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

/// Names of features are kept as pointers, not copied: they must be constants of C.
static inline void vc_set_prosody(cst_voice *voice, float duration_stretch, float f0_shift) {
  flite_feat_set_float(voice->features, "duration_stretch", duration_stretch);
  flite_feat_set_float(voice->features, "f0_shift", f0_shift);
}

/// The statistical model of a voice; NULL for voices without one.
static inline const cst_cg_db *vc_model(const cst_voice *voice) {
  const cst_val *model = feat_val(voice->features, "cg_db");
  return model ? val_cg_db(model) : NULL;
}

/// Makes the voice use `model`, which must live as long as the voice does.
static inline void vc_set_model(cst_voice *voice, const cst_cg_db *model) {
  feat_set(voice->features, "cg_db", cg_db_val(model));
}
