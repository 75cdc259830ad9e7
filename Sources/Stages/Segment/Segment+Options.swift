public import Media
public import Pipeline

extension Segment {
  public struct Options: StageOptions {
    @Field("How long each segment is; the last one may be shorter.", in: 1...20)
    public var duration = Duration.seconds(4)
    @Field(
      "Constant rate factor: 18 looks like the source, 23 is smaller, 51 is worst.", in: 0...51)
    public var quality = 20.0
    @Field("Speed of the encoder against the size of the result.")
    public var preset = Encoding.Preset.veryfast
    @Field("Bit rate of the sound.", in: 32...512, unit: "kbit/s") public var audioBitrate = 160

    public init() {}

    var encoding: Encoding {
      Encoding(
        quality: quality, preset: preset, segmentDuration: MediaTime(duration),
        audioBitsPerSecond: audioBitrate * 1000)
    }
  }

  public struct Inputs: Ports {
    @Port("The film to package.") public var video: Video

    public init() {}
  }

  public struct Outputs: Ports {
    @Port("The HLS package: master playlist, media playlist and segments.")
    public var playlist: FileBundle
    @Port("The same encode as one MP4 file that begins to play at once.") public var mp4: Video

    public init() {}
  }
}
