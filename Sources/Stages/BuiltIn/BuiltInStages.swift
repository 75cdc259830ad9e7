import BurnStage
import ComposeStage
public import Pipeline
import RenderStage
import SegmentStage
import TTSStage
import TranscribeStage
import ValidateStage

/// The stages that every host offers: the one list.
public enum BuiltInStages {
  public static let all = [
    StageSpec(Validate.self),
    StageSpec(TTS.self),
    StageSpec(Transcribe.self),
    StageSpec(Compose.self),
    StageSpec(Burn.self),
    StageSpec(Segment.self),
    StageSpec(Render.self),
  ]
}
