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
    @Field("Adds `poster.jpg`, a picture that stands for the film before it plays.")
    public var poster = true
    @Field(
      "When the poster is seen in the film; missing: the first moment that shows something.",
      in: 0...86_400)
    public var posterAt: Duration?
    @Field(
      "Adds small pictures that players show while somebody looks for a place, and `thumbnails/thumbnails.vtt`, which says where each is; missing: none."
    )
    public var thumbnails: ThumbnailOptions?
    @Field(
      "Adds the film's captions as WebVTT that viewers can switch on; they stay drawn into the picture, too."
    )
    public var subtitles = false

    public init() {}

    public func validate(_ problems: inout OptionProblems) {
      let named = Ladder(self).renditions
      for (index, rendition) in named.enumerated() {
        if let problem = Ladder.problem(rendition, among: named[..<index]) {
          problems.add("renditions", problem)
        }
      }
      if posterAt != nil, !poster {
        problems.add(
          "poster-at", "there is no poster, since `poster` is false; leave one of them out")
      }
      if let thumbnails, thumbnails.width % 2 != 0 {
        problems.add("thumbnails", "the width must be even, found \(thumbnails.width)")
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
    @Port("The poster, where one is wanted and the film has a picture.")
    public var poster: ImageFile?

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

/// Small pictures of a film.
public struct ThumbnailOptions: FieldRecord {
  @Field("From one picture to the next.", in: 0.1...3600) public var every = Duration.seconds(10)
  @Field("Of a picture, even; the height follows the film's shape.", in: 16...640, unit: "pixels")
  public var width = 160

  public init() {}
}
