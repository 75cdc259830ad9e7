import Media
import Pipeline
import Testing

@testable import ValidateStage

@Suite("Validate: limits", .timeLimit(.minutes(5)))
struct MediaRulesTests {
  /// Ten seconds of 1920x1080 at 30 frames per second with sound, 20.05 MB.
  private static let film = MediaInfo(
    formatName: "mov,mp4,m4a,3gp,3g2,mj2", duration: MediaTime(seconds: 10),
    byteCount: 20_050_000,
    video: VideoStreamInfo(
      codec: "hevc", size: PixelSize(width: 1920, height: 1080),
      codedSize: PixelSize(width: 1920, height: 1080), frameRate: FrameRate(30), isVariable: false,
      rotation: 0, pixelFormat: "yuv420p", hasAlpha: false, frameCount: 300, colourTransfer: nil),
    audio: AudioStreamInfo(codec: "aac", sampleRate: 48_000, channels: 2, duration: nil),
    streamCount: 2, isStillImage: false)

  struct Case: Sendable {
    var change: @Sendable (inout Validate.Options) -> Void
    var problems: [String]
    var info = MediaRulesTests.film
  }

  @Test(
    "what is found and what is allowed are both said",
    arguments: [
      Case(change: { _ in }, problems: []),
      Case(
        change: {
          $0.minDuration = .seconds(10)
          $0.maxDuration = .seconds(10)
          $0.maxMegabytes = 21
          $0.minWidth = 1920
          $0.maxHeight = 1080
          $0.maxPixels = 1920 * 1080
          $0.maxFrameRate = 30
          $0.videoCodecs = ["h264", "H.265"]
          $0.audioCodecs = ["AAC"]
          $0.formats = ["mp4"]
          $0.requireVideo = true
          $0.requireAudio = true
        }, problems: []),
      Case(
        change: { $0.minDuration = .seconds(11) },
        problems: ["it lasts 10s, at least 11s is needed (min-duration)"]),
      Case(
        change: { $0.maxDuration = .milliseconds(9500) },
        problems: ["it lasts 10s, at most 9s500ms is allowed (max-duration)"]),
      Case(
        change: { $0.maxMegabytes = 20 },
        problems: ["it has 20.1 MB, at most 20 MB are allowed (max-megabytes)"]),
      Case(
        change: {
          $0.maxWidth = 1280
          $0.minHeight = 1200
          $0.maxPixels = 1_000_000
        },
        problems: [
          "its width is 1920 pixels, at most 1280 are allowed (max-width)",
          "its height is 1080 pixels, at least 1200 are needed (min-height)",
          "it has 1920x1080, 2073600 pixels, at most 1000000 are allowed (max-pixels)",
        ]),
      Case(
        change: { $0.maxFrameRate = 29.97 },
        problems: ["it has 30.0 frames per second, at most 29.97 are allowed (max-frame-rate)"]),
      Case(
        change: {
          $0.videoCodecs = ["h264", "vp9"]
          $0.audioCodecs = ["opus"]
          $0.formats = ["mkv"]
        },
        problems: [
          "its video codec is hevc, allowed is h264, vp9 (video-codecs)",
          "its audio codec is aac, allowed is opus (audio-codecs)",
          "its format is mov,mp4,m4a,3gp,3g2,mj2, allowed is mkv (formats)",
        ]),
      Case(
        change: {
          $0.requireVideo = true
          $0.minWidth = 1
          $0.videoCodecs = ["h264"]
        },
        problems: [
          "it has no picture, and one of some size is needed (min-width)",
          "it has sound only, a video is needed (require-video)",
        ], info: soundOnly),
      Case(
        change: { $0.maxDuration = .seconds(1) },
        problems: [
          "how long it lasts cannot be told, and its length is limited; convert it, to MP4 say"
        ], info: endless),
      Case(
        change: {
          $0.requireVideo = true
          $0.requireAudio = true
          $0.minDuration = .seconds(1)
          $0.formats = ["png", "jpeg"]
        },
        problems: [
          "it is a still picture, a video is needed (require-video)",
          "it has no sound, and needs some (require-audio)",
        ], info: picture),
    ])
  func limits(_ given: Case) {
    var options = Validate.Options()
    given.change(&options)
    #expect(MediaRules(options).problems(of: given.info) == given.problems)
  }

  @Test("limits that exclude each other are refused before anything runs")
  func contradictions() {
    var options = Validate.Options()
    options.minDuration = .seconds(2)
    options.maxDuration = .seconds(1)
    options.minWidth = 3
    options.maxWidth = 2
    options.minHeight = 3
    options.maxHeight = 2
    options.formats = [" "]
    var problems = OptionProblems()
    options.validate(&problems)
    #expect(problems.found.map(\.field) == ["min-duration", "min-width", "min-height", "formats"])
    #expect(problems.found.first?.message == "2s is more than max-duration, 1s")
  }

  private static var soundOnly: MediaInfo {
    var info = film
    info.video = nil
    return info
  }

  private static var endless: MediaInfo {
    var info = film
    info.duration = nil
    return info
  }

  private static var picture: MediaInfo {
    var info = film
    info.formatName = "jpeg_pipe"
    info.duration = nil
    info.audio = nil
    info.isStillImage = true
    return info
  }
}
