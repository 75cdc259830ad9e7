import Media
import Pipeline

/// Compares what is in a file with what is allowed: a pure function.
struct MediaRules {
  private let options: Validate.Options

  init(_ options: Validate.Options) { self.options = options }

  /// Each says what was found and what is allowed, under the setting's name. Empty when all is well.
  func problems(of info: MediaInfo) -> [String] {
    length(info) + bytes(info) + pixels(info) + streams(info) + names(info)
  }

  private func length(_ info: MediaInfo) -> [String] {
    guard !info.isStillImage, options.minDuration != nil || options.maxDuration != nil else {
      return []
    }
    guard let duration = info.duration else {
      return ["how long it lasts cannot be told, and its length is limited; convert it, to MP4 say"]
    }
    let written = MediaTime(milliseconds: duration.milliseconds).asDuration.written
    var problems: [String] = []
    if let least = options.minDuration, duration < MediaTime(least) {
      problems.append("it lasts \(written), at least \(least.written) is needed (min-duration)")
    }
    if let most = options.maxDuration, duration > MediaTime(most) {
      problems.append("it lasts \(written), at most \(most.written) is allowed (max-duration)")
    }
    return problems
  }

  private func bytes(_ info: MediaInfo) -> [String] {
    guard let most = options.maxMegabytes, info.byteCount > most * 1_000_000 else { return [] }
    let tenths = (Double(info.byteCount) / 100_000).rounded(.up) / 10
    return ["it has \(tenths) MB, at most \(most) MB are allowed (max-megabytes)"]
  }

  private func pixels(_ info: MediaInfo) -> [String] {
    guard let video = info.video else {
      let needsPicture = options.minWidth != nil || options.minHeight != nil
      return needsPicture ? ["it has no picture, and one of some size is needed (min-width)"] : []
    }
    let size = video.size
    var problems: [String] = []
    func most(_ limit: Int?, _ found: Int, _ what: String, _ field: String) {
      guard let limit, found > limit else { return }
      problems.append("its \(what) is \(found) pixels, at most \(limit) are allowed (\(field))")
    }
    func least(_ limit: Int?, _ found: Int, _ what: String, _ field: String) {
      guard let limit, found < limit else { return }
      problems.append("its \(what) is \(found) pixels, at least \(limit) are needed (\(field))")
    }
    least(options.minWidth, size.width, "width", "min-width")
    most(options.maxWidth, size.width, "width", "max-width")
    least(options.minHeight, size.height, "height", "min-height")
    most(options.maxHeight, size.height, "height", "max-height")
    if let limit = options.maxPixels, size.pixelCount > limit {
      problems.append(
        "it has \(size), \(size.pixelCount) pixels, at most \(limit) are allowed (max-pixels)")
    }
    if let limit = options.maxFrameRate, let rate = video.frameRate?.framesPerSecond,
      rate > limit + 0.001
    {
      problems.append(
        "it has \((rate * 100).rounded() / 100) frames per second, at most \(limit) are allowed "
          + "(max-frame-rate)")
    }
    return problems
  }

  private func streams(_ info: MediaInfo) -> [String] {
    var problems: [String] = []
    if options.requireVideo, info.video == nil || info.isStillImage {
      let found = info.isStillImage ? "it is a still picture" : "it has sound only"
      problems.append("\(found), a video is needed (require-video)")
    }
    if options.requireAudio, info.audio == nil {
      problems.append("it has no sound, and needs some (require-audio)")
    }
    return problems
  }

  private func names(_ info: MediaInfo) -> [String] {
    var problems: [String] = []
    func check(_ found: [String], _ allowed: [String], _ what: String, _ field: String) {
      guard !found.isEmpty, !allowed.isEmpty else { return }
      let known = Set(allowed.map(Self.canonical))
      guard known.isDisjoint(with: found.map(Self.canonical)) else { return }
      problems.append(
        "its \(what) is \(found.joined(separator: ",")), allowed is "
          + "\(allowed.joined(separator: ", ")) (\(field))")
    }
    check([info.video?.codec].compactMap { $0 }, options.videoCodecs, "video codec", "video-codecs")
    check([info.audio?.codec].compactMap { $0 }, options.audioCodecs, "audio codec", "audio-codecs")
    check(
      info.formatName.split(separator: ",").map(String.init), options.formats, "format", "formats")
    return problems
  }

  /// FFmpeg's name for what authors may call otherwise.
  private static func canonical(_ name: String) -> String {
    var lower = name.lowercased()
    if lower.hasSuffix("_pipe") { lower.removeLast(5) }
    return synonyms[lower] ?? lower
  }

  private static let synonyms = [
    "h.264": "h264", "avc": "h264", "avc1": "h264", "x264": "h264", "h.265": "hevc",
    "h265": "hevc", "x265": "hevc", "hvc1": "hevc", "jpeg": "mjpeg",
    "jpg": "mjpeg", "mkv": "matroska", "quicktime": "mov", "ts": "mpegts",
    "oga": "ogg", "wave": "wav",
  ]
}
