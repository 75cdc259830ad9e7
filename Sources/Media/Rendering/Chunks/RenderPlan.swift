import FFmpeg
public import Pipeline

/// What a film is rendered as: chunks of its pictures and the whole of its sound, each under the key of all that it is
/// made from.
public struct RenderPlan: Sendable {
  /// Some frames of the film, encoded by themselves.
  public struct Chunk: Sendable {
    /// From 0, in playing order.
    public let index: Int
    public let frames: Range<Int>
    /// Equal for chunks that look alike, in this film or another one.
    public let key: Digest
    /// What is seen in the frames, and nothing else.
    let film: Timeline
    /// IDR frames, counted from the chunk's first frame.
    let keyframes: [Int]
  }

  /// In playing order.
  public let chunks: [Chunk]
  /// Of the sound; nil for a silent film.
  public let soundKey: Digest?
  let timeline: Timeline
  let encoding: Encoding
  let streams: FilmStreams
  /// By how many pictures decoding runs ahead of showing.
  let reorderedPictures: Int

  /// Raised whenever the same timeline and encoding give other packets than before.
  private static let version = 2

  /// - Parameter divided: in chunks on the grid; else all pictures are one chunk.
  init(
    _ timeline: Timeline, encoding: Encoding, divided: Bool, inventory: SourceInventory
  ) throws(MediaError) {
    let rate = timeline.canvas.frameRate
    var streams = FilmStreams(
      size: timeline.canvas.size, frameRate: rate, duration: timeline.duration,
      segmentDuration: encoding.segmentDuration)
    var reordered = 0
    var chunks: [Chunk] = []
    if timeline.hasPicture {
      let coding = try PictureCoding(encoding, timeline.canvas)
      streams.video = coding.parameters
      reordered = coding.reorderedPictures
      let grid =
        divided
        ? ChunkGrid(encoding, frameCount: timeline.frameCount, at: rate)
        : ChunkGrid(undivided: encoding, frameCount: timeline.frameCount, at: rate)
      for (index, frames) in grid.chunks.enumerated() {
        let film = divided ? try timeline.seen(in: frames, inventory) : timeline.picturesAlone
        let keyframes = grid.keyframes(in: frames)
        chunks.append(
          Chunk(
            index: index, frames: frames, key: try coding.key(of: film, keyframes: keyframes),
            film: film, keyframes: keyframes))
      }
    }
    var soundKey: Digest?
    if timeline.hasSound {
      let encoder = try writing("the sound") { () throws(FFmpegError) in
        try Encoder.aac(encoding.soundSettings(timeline.canvas))
      }
      streams.audio = encoder.parameters
      soundKey = try Self.digest(
        SoundRecipe(
          kind: "sound", version: Self.version, film: timeline.soundAlone,
          bitsPerSecond: encoding.audioBitsPerSecond, decoder: encoder.parameters.extraData))
    }
    self.timeline = timeline
    self.encoding = encoding
    self.streams = streams
    self.chunks = chunks
    self.soundKey = soundKey
    reorderedPictures = reordered
  }

  /// All that the packets of a chunk depend on.
  private struct PictureRecipe: Encodable {
    var kind: String
    var version: Int
    var film: Timeline
    var quality: Double
    var preset: Encoding.Preset
    var keyframes: [Int]
    var keyframeDistance: Int
    /// SPS and PPS: chunks that do not agree in them cannot be joined.
    var decoder: [UInt8]
  }

  private struct SoundRecipe: Encodable {
    var kind: String
    var version: Int
    var film: Timeline
    var bitsPerSecond: Int
    var decoder: [UInt8]
  }

  /// What an encoder that is opened and never fed says about the packets of all chunks.
  private struct PictureCoding {
    let encoding: Encoding
    let distance: Int
    let parameters: CodecParameters
    let reorderedPictures: Int

    init(_ encoding: Encoding, _ canvas: Canvas) throws(MediaError) {
      let settings = encoding.pictureSettings(canvas, threads: 1)
      let encoder = try writing("the film") { () throws(FFmpegError) in
        try Encoder.h264(settings)
      }
      self.encoding = encoding
      distance = settings.keyframeDistance
      parameters = encoder.parameters
      reorderedPictures = encoder.reorderedPictures
    }

    func key(of film: Timeline, keyframes: [Int]) throws(MediaError) -> Digest {
      try RenderPlan.digest(
        PictureRecipe(
          kind: "chunk", version: RenderPlan.version, film: film, quality: encoding.quality,
          preset: encoding.preset, keyframes: keyframes, keyframeDistance: distance,
          decoder: parameters.extraData))
    }
  }

  private static func digest(_ recipe: some Encodable) throws(MediaError) -> Digest {
    do { return try Digest(canonical: recipe) } catch {
      throw MediaError(
        .unusable, "the film has a number in it that cannot be written down",
        cause: String(describing: error))
    }
  }
}

extension Encoding {
  func pictureSettings(_ canvas: Canvas, threads: Int) -> Encoder.VideoSettings {
    let rate = canvas.frameRate
    return Encoder.VideoSettings(
      width: canvas.size.width, height: canvas.size.height,
      frameRate: Rational(Int32(clamping: rate.numerator), Int32(clamping: rate.denominator)),
      quality: quality, preset: preset.rawValue, keyframeDistance: longestGroup(at: rate),
      threads: threads)
  }

  func soundSettings(_ canvas: Canvas) -> Encoder.AudioSettings {
    Encoder.AudioSettings(
      sampleRate: canvas.sampleRate, channels: AudioMixer.channels,
      bitsPerSecond: audioBitsPerSecond)
  }
}

extension Timeline {
  var picturesAlone: Timeline {
    var film = self
    film.tracks = []
    film.loudness = nil
    film.marks = []
    return film
  }

  /// What is heard. The canvas keeps only what matters to it.
  var soundAlone: Timeline {
    var film = self
    film.layers = []
    film.captions = []
    film.marks = []
    film.canvas = Canvas(
      size: PixelSize(width: 16, height: 16), sampleRate: canvas.sampleRate)
    return film
  }

  /// A slice without the clips that are hidden all the time.
  fileprivate func seen(
    in frames: Range<Int>, _ inventory: SourceInventory
  ) throws(MediaError) -> Timeline {
    var slice = try slice(frames) { file throws(MediaError) in
      try inventory.source(file).isStill
    }
    let schedule = try Schedule(slice) { file throws(MediaError) in
      try inventory.source(file).isOpaque
    }
    let needed = Set(schedule.entries.map(\.level))
    var level = 0
    for layer in slice.layers.indices {
      var kept: [Clip] = []
      for clip in slice.layers[layer].clips {
        if needed.contains(level) { kept.append(clip) }
        level += 1
      }
      slice.layers[layer].clips = kept
    }
    slice.layers.removeAll { $0.clips.isEmpty }
    return slice
  }
}
