public import Pipeline

extension Burn {
  public struct Inputs: Ports {
    @Port("The picture to draw on: a film, or a video file.") public var video: Video
    @Port("Timed words. They move with the sound that they belong to.")
    public var transcript: [Transcript]?
    @Port("Ready-made cues on the film's clock, instead of words.") public var captions: Captions?

    public init() {}
  }

  public struct Outputs: Ports {
    @Port("The film with its caption layer.") public var video: Video
    @Port("The cues.") public var captions: Captions
    @Port("The captions as SubRip.") public var srt: PlainFile
    @Port("The captions as WebVTT, with the times of words.") public var vtt: PlainFile
    @Port("The captions as Advanced SubStation Alpha, as drawn.") public var ass: PlainFile

    public init() {}
  }
}
