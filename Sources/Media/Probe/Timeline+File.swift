public import Pipeline

extension Timeline {
  /// A film that shows and plays exactly one file: its displayed size rounded to even sides, its frame rate.
  ///
  /// - Parameter info: what probing `file` found.
  public init(ofFile file: FileReference, info: MediaInfo) throws(MediaError) {
    guard !info.isStillImage else {
      throw MediaError(
        .noDuration,
        "`\(file.name)` is a still picture, which has no length; let `compose` show it for a while")
    }
    guard let duration = info.duration else {
      throw MediaError(
        .noDuration, "how long `\(file.name)` lasts cannot be told; convert it, to MP4 say")
    }
    let size = info.video?.size ?? PixelSize(width: 1280, height: 720)
    let canvas = Canvas(
      size: PixelSize(width: Self.even(size.width), height: Self.even(size.height)),
      frameRate: info.video.map { FrameRate(playing: $0) } ?? FrameRate(30))
    var layers: [Layer] = []
    var tracks: [AudioTrack] = []
    if info.video != nil {
      // Rounding to even sides changes the proportions by less than a pixel.
      let clip = Clip(source: .file(file), at: .zero, duration: duration, fit: .stretch)
      layers = [Layer(clips: [clip])]
    }
    if info.audio != nil {
      let clip = AudioClip(source: file, at: .zero, duration: duration)
      tracks = [AudioTrack(name: "sound", clips: [clip])]
    }
    self.init(canvas: canvas, duration: duration, layers: layers, tracks: tracks)
  }

  private static func even(_ side: Int) -> Int { max(2, side & ~1) }
}
