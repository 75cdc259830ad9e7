public import Media
public import Pipeline

extension Render {
  public struct Options: StageOptions {
    @Field("The kind of file. `m4a` takes the sound alone.") public var container = Container.mp4
    @Field(
      "Constant rate factor: 18 looks like the source, 23 is smaller, 51 is worst.", in: 0...51)
    public var quality = 20.0
    @Field("Speed of the encoder against the size of the result.")
    public var preset = Encoding.Preset.veryfast
    @Field("Bit rate of the sound.", in: 32...512, unit: "kbit/s") public var audioBitrate = 160

    public init() {}

    var encoding: Encoding {
      Encoding(quality: quality, preset: preset, audioBitsPerSecond: audioBitrate * 1000)
    }
  }

  public struct Inputs: Ports {
    @Port("The film.") public var video: Video

    public init() {}
  }

  public struct Outputs: Ports {
    @Port("The film as one file.") public var video: Video

    public init() {}
  }
}
