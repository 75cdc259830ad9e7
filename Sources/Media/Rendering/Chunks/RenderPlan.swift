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
    /// One for each of the plan's renditions. Equal for chunks that look alike, in this film or another one.
    public let keys: [Digest]
    /// What is seen in the frames, and nothing else.
    let film: Timeline
    /// IDR frames, counted from the chunk's first frame.
    let keyframes: [Int]
  }

  /// In playing order.
  public let chunks: [Chunk]
  /// In the order asked for; only the first one for a film without a picture.
  public let renditions: [Rendition]
  /// Of the sound; nil for a silent film.
  public let soundKey: Digest?
  let timeline: Timeline
  let encoding: Encoding
  /// Of each rendition; empty for a film without a picture.
  let codings: [PictureCoding]
  private let audio: CodecParameters?

  /// Raised whenever the same timeline and encoding give other packets than before.
  static let version = 2

  /// - Parameter divided: in chunks on the grid; else all pictures are one chunk.
  init(
    _ timeline: Timeline, encoding: Encoding, divided: Bool, inventory: SourceInventory
  ) throws(MediaError) {
    renditions = timeline.hasPicture ? encoding.renditions : Array(encoding.renditions.prefix(1))
    codings =
      timeline.hasPicture
      ? try renditions.map { rendition throws(MediaError) in
        try PictureCoding(rendition, encoding, timeline.canvas)
      } : []
    chunks = try Self.chunks(of: timeline, encoding, codings, divided: divided, inventory)
    audio = try timeline.hasSound ? Self.soundParameters(encoding, timeline.canvas) : nil
    soundKey = try audio.map { audio throws(MediaError) in
      try Self.digest(
        SoundRecipe(
          kind: "sound", version: Self.version, film: timeline.soundAlone,
          bitsPerSecond: encoding.audioBitsPerSecond, decoder: audio.extraData))
    }
    self.timeline = timeline
    self.encoding = encoding
  }

  private static func chunks(
    of timeline: Timeline, _ encoding: Encoding, _ codings: [PictureCoding], divided: Bool,
    _ inventory: SourceInventory
  ) throws(MediaError) -> [Chunk] {
    guard timeline.hasPicture else { return [] }
    let rate = timeline.canvas.frameRate
    let grid =
      divided
      ? ChunkGrid(encoding, frameCount: timeline.frameCount, at: rate)
      : ChunkGrid(undivided: encoding, frameCount: timeline.frameCount, at: rate)
    var chunks: [Chunk] = []
    for (index, frames) in grid.chunks.enumerated() {
      let film = divided ? try timeline.seen(in: frames, inventory) : timeline.picturesAlone
      let keyframes = grid.keyframes(in: frames)
      let keys = try codings.map { coding throws(MediaError) in
        try coding.key(of: film, keyframes: keyframes)
      }
      chunks.append(
        Chunk(index: index, frames: frames, keys: keys, film: film, keyframes: keyframes))
    }
    return chunks
  }

  private static func soundParameters(
    _ encoding: Encoding, _ canvas: Canvas
  ) throws(MediaError) -> CodecParameters {
    let encoder = try writing("the sound") { () throws(FFmpegError) in
      try Encoder.aac(encoding.soundSettings(canvas))
    }
    return encoder.parameters
  }

  /// Without a name the one with the largest pictures; nil for a film without pictures.
  func rendition(named name: String?) -> Int? {
    guard !codings.isEmpty else { return nil }
    if let named = renditions.firstIndex(where: { $0.name == name }) { return named }
    let pixels = codings.map(\.size.pixelCount)
    return pixels.firstIndex { $0 == pixels.max() }
  }

  /// The streams of a file with one of the renditions, if any, and the sound, if it is wanted.
  func streams(of rendition: Int?, sound: Bool = true) -> FilmStreams {
    let coding = rendition.flatMap { codings.indices.contains($0) ? codings[$0] : nil }
    return FilmStreams(
      video: coding?.parameters, audio: sound ? audio : nil,
      size: coding?.size ?? timeline.canvas.size, frameRate: timeline.canvas.frameRate,
      duration: timeline.duration, segmentDuration: encoding.segmentDuration)
  }

  private struct SoundRecipe: Encodable {
    var kind: String
    var version: Int
    var film: Timeline
    var bitsPerSecond: Int
    var decoder: [UInt8]
  }

  static func digest(_ recipe: some Encodable) throws(MediaError) -> Digest {
    do { return try Digest(canonical: recipe) } catch {
      throw MediaError(
        .unusable, "the film has a number in it that cannot be written down",
        cause: String(describing: error))
    }
  }
}

extension Encoding {
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
  func seen(
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
