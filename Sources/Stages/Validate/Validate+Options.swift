public import Pipeline

extension Validate {
  public struct Options: StageOptions {
    @Field("Shortest length that passes.", in: 0...86_400) public var minDuration: Duration?
    @Field("Longest length that passes.", in: 0...86_400) public var maxDuration: Duration?
    @Field("Largest file that passes, in millions of bytes.", in: 1...1_000_000, unit: "MB")
    public var maxMegabytes: Int?
    @Field("Smallest width that passes.", in: 1...16_384, unit: "pixels") public var minWidth: Int?
    @Field("Smallest height that passes.", in: 1...16_384, unit: "pixels")
    public var minHeight: Int?
    @Field("Largest width that passes.", in: 1...16_384, unit: "pixels") public var maxWidth: Int?
    @Field("Largest height that passes.", in: 1...16_384, unit: "pixels")
    public var maxHeight: Int?
    @Field("Most pixels of a picture, width times height.", in: 1...134_217_728, unit: "pixels")
    public var maxPixels: Int?
    @Field("Highest frame rate that passes.", in: 1...1000, unit: "frames per second")
    public var maxFrameRate: Double?
    @Field("Codecs that pass for the picture, such as h264, hevc, png; none: any.")
    public var videoCodecs: [String] = []
    @Field("Codecs that pass for the sound, such as aac, mp3, pcm_s16le; none: any.")
    public var audioCodecs: [String] = []
    @Field("Formats of files that pass, such as mp4, matroska, wav; none: any.")
    public var formats: [String] = []
    @Field("Whether there must be a moving picture.") public var requireVideo = false
    @Field("Whether there must be sound.") public var requireAudio = false
    @Field("Whether the beginning and the end are decoded, which finds files that were cut short.")
    public var decode = true

    public init() {}

    public func validate(_ problems: inout OptionProblems) {
      if let minDuration, let maxDuration, minDuration > maxDuration {
        problems.add(
          "min-duration", "\(minDuration.written) is more than max-duration, \(maxDuration.written)"
        )
      }
      if let minWidth, let maxWidth, minWidth > maxWidth {
        problems.add("min-width", "\(minWidth) is more than max-width, \(maxWidth)")
      }
      if let minHeight, let maxHeight, minHeight > maxHeight {
        problems.add("min-height", "\(minHeight) is more than max-height, \(maxHeight)")
      }
      for (field, names) in [
        ("video-codecs", videoCodecs), ("audio-codecs", audioCodecs), ("formats", formats),
      ] where names.contains(where: { $0.allSatisfy(\.isWhitespace) }) {
        problems.add(field, "an empty name can never be found")
      }
    }
  }
}
