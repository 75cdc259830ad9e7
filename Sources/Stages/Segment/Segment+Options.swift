public import Media
public import Pipeline

extension Segment {
  public struct Options: StageOptions {
    @Field("How long each segment is; the last one may be shorter.", in: 1...20)
    public var duration = Duration.seconds(4)
    @Field(
      "Sizes and bit rates among which players choose by the speed of their connection, all made from one pass over the film; players begin with the first. Larger ones than the film are left out. Missing: one of the film's size.",
      in: 0...12)
    public var renditions: [RenditionOptions] = []
    @Field("What segments are.") public var format = SegmentFormat.ts
    @Field(
      "Constant rate factor of renditions without their own: 18 looks like the source, 23 is smaller, 51 is worst.",
      in: 0...51)
    public var quality = 20.0
    @Field("Speed of the encoder against the size of the result.")
    public var preset = Encoding.Preset.veryfast
    @Field("Bit rate of the sound.", in: 32...512, unit: "kbit/s") public var audioBitrate = 160
    @Field("Which of the renditions the MP4 holds, by its name; missing: the largest.")
    public var mp4Rendition: String?

    public init() {}

    public func validate(_ problems: inout OptionProblems) {
      let named = Ladder(self).renditions
      for (index, rendition) in named.enumerated() {
        if let problem = Ladder.problem(rendition, among: named[..<index]) {
          problems.add("renditions", problem)
        }
      }
      guard let mp4Rendition, !named.contains(where: { $0.name == mp4Rendition }) else { return }
      let names = named.map { "`\($0.name)`" }.joined(separator: ", ")
      problems.add("mp4-rendition", "there is no rendition `\(mp4Rendition)`, only \(names)")
    }

    /// - Parameter renditions: of a film whose size is known.
    func encoding(_ renditions: [Rendition]) -> Encoding {
      Encoding(
        renditions: renditions, preset: preset, segmentDuration: MediaTime(duration),
        audioBitsPerSecond: audioBitrate * 1000)
    }
  }

  public struct Inputs: Ports {
    @Port("The film to package.") public var video: Video

    public init() {}
  }

  public struct Outputs: Ports {
    @Port(
      "The HLS package: master playlist, and for each rendition a media playlist, a playlist of keyframes and segments."
    )
    public var playlist: FileBundle
    @Port("The same encode as one MP4 file that begins to play at once.") public var mp4: Video

    public init() {}
  }
}

/// One of the sizes and bit rates of a stream.
public struct RenditionOptions: FieldRecord {
  @Field(
    "Lines of the picture, even; the width follows the film's shape. Missing: the film's size.",
    in: 16...8192)
  public var height: Int?
  @Field("Constant rate factor; missing: the stage's `quality`.", in: 0...51)
  public var quality: Double?
  @Field(
    "The most that the picture may take; where the quality would take more, it gives way. Missing: no limit.",
    in: 100...500_000, unit: "kbit/s")
  public var maxBitrate: Int?
  @Field("Its folder in the package; missing: by the height, such as `720p`.")
  public var name: String?

  public init() {}
}
