import Media
public import Pipeline

/// Lets a file through that is what it says it is and keeps within limits; otherwise tells everything that is wrong.
public struct Validate: Stage {
  public static let info = StageInfo(
    "validate", version: "1.0.0", cacheVersion: 1,
    summary: "Checks that a picture, sound or video can be read and keeps within limits.",
    weight: 0.1,
    example: """
      check:
        uses: validate
        in:   { media: inputs.video }
        with: { require-video: true, max-duration: 10m, max-megabytes: 500, video-codecs: [h264, hevc] }
      """)

  public struct Inputs: Ports {
    @Port("The file to look at.") public var media: MediaFile

    public init() {}
  }

  public struct Outputs: Ports {
    @Port("The same file.") public var media: MediaFile
    @Port("How long it lasts; nothing for a picture.") public var duration: Duration?
    @Port("Width and height as shown; nothing for a sound.") public var size: PixelSize?
    @Port("Frames per second on average; nothing for a picture or sound.")
    public var frameRate: Double?
    @Port("Codec of the picture, such as h264 or png.") public var videoCodec: String?
    @Port("Codec of the sound, such as aac.") public var audioCodec: String?
    @Port("Format of the file, such as mov,mp4,m4a,3gp,3g2,mj2.") public var format: String
    @Port("Size of the file in bytes.") public var bytes: Int
    @Port("Whether there is a moving picture.") public var hasVideo: Bool
    @Port("Whether there is sound.") public var hasAudio: Bool

    public init() {}
  }

  private let options: Options

  public init(_ options: Options) throws { self.options = options }

  public func run(_ inputs: Inputs, _ context: StageContext) async throws -> Outputs {
    let file = inputs.media.reference
    let url = try await context.open(file)
    context.progress(0, of: 2, unit: .items, phase: "reading")
    let info = try await MediaProbe.probe(url, as: file.name)
    var problems = MediaRules(options).problems(of: info)
    context.progress(1, of: 2, unit: .items, phase: "decoding")
    if options.decode, !info.isStillImage {
      for damage in try await MediaCheck.damage(in: url, as: file.name) {
        if damage.kind == .flawed {
          context.warn("`\(file.name)`: \(damage.message); it is used all the same")
        } else {
          problems.append(damage.message)
        }
      }
    }
    context.progress(2, of: 2, unit: .items, phase: "decoding")
    guard problems.isEmpty else { throw refusal(of: file, problems) }
    return outputs(file, info)
  }

  private func refusal(of file: FileReference, _ problems: [String]) -> StageError {
    let list =
      problems.count == 1
      ? "`\(file.name)` cannot be used: \(problems[0])"
      : "`\(file.name)` cannot be used for \(problems.count) reasons:"
        + problems.map { "\n- \($0)" }.joined()
    return StageError(.invalidInput, list, field: "media")
  }

  private func outputs(_ file: FileReference, _ info: MediaInfo) -> Outputs {
    var outputs = Outputs()
    outputs.media = MediaFile(file)
    outputs.duration = info.duration?.asDuration
    outputs.size = info.video?.size
    outputs.frameRate = info.video?.frameRate?.framesPerSecond
    outputs.videoCodec = info.video?.codec
    outputs.audioCodec = info.audio?.codec
    outputs.format = info.formatName
    outputs.bytes = info.byteCount
    outputs.hasVideo = info.video != nil && !info.isStillImage
    outputs.hasAudio = info.audio != nil
    return outputs
  }
}
