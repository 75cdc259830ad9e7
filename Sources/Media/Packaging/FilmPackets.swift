import FFmpeg
import Pipeline

/// The packets of a film, read back from its parts and put in order. One thread.
struct FilmPackets {
  /// Which streams are wanted.
  struct Choice {
    /// Nil: no pictures.
    var rendition: Int?
    var hasSound: Bool
  }

  private var pictures: PictureStream?
  private var sounds: SoundStream?
  private var picture: FilmPacket?
  private var sound: FilmPacket?
  /// Sound and pictures take turns in stretches of this many ticks; 1 follows every packet's own time.
  private let stretch: Int64

  /// - Parameter stretch: as long as players may be expected to read ahead in a file.
  init(
    _ plan: RenderPlan, _ parts: RenderedParts, _ choice: Choice,
    stretch: MediaTime = MediaTime(ticks: 1)
  ) throws(MediaError) {
    self.stretch = max(1, stretch.ticks)
    if let rendition = choice.rendition { pictures = PictureStream(plan, parts, rendition) }
    if choice.hasSound { sounds = try SoundStream(plan, parts) }
  }

  /// Nil at the end of the film. Waits for parts that are not there yet, but for no chunk before its first packet is
  /// due.
  mutating func next() throws(MediaError) -> FilmPacket? {
    try readSound()
    if nextChunkStart == nil { try readPicture() }
    if let order = picture?.order ?? nextChunkStart, isDue(order) {
      try readPicture()
      let found = picture
      picture = nil
      return found
    }
    let found = sound
    sound = nil
    return found
  }

  /// When the next packet is shown, if it is the first of a chunk that was not waited for yet; nil otherwise.
  mutating func chunkDue() throws(MediaError) -> MediaTime? {
    try readSound()
    guard let start = nextChunkStart, isDue(start) else { return nil }
    return start
  }

  private var nextChunkStart: MediaTime? { picture == nil ? pictures?.nextChunkStart : nil }

  private mutating func readPicture() throws(MediaError) {
    if picture == nil { picture = try pictures?.next() }
  }

  private mutating func readSound() throws(MediaError) {
    guard sound == nil, sounds != nil else { return }
    sound = try sounds?.next()
    if sound == nil { sounds = nil }
  }

  private func isDue(_ picture: MediaTime) -> Bool {
    sound.map { comes(picture, before: $0.order) } ?? true
  }

  private func comes(_ picture: MediaTime, before sound: MediaTime) -> Bool {
    let left = picture.ticks / stretch
    let right = sound.ticks / stretch
    // Of a stretch, the sound goes first: it is what must not stop.
    return stretch == 1 ? left <= right : left < right
  }
}

/// The pictures of all chunks as one stream.
private struct PictureStream {
  private let plan: RenderPlan
  private let parts: RenderedParts
  private let rendition: Int
  private let coding: PictureCoding
  private var chunk = 0
  private var reader: PacketFileReader?
  /// Packets of the whole film, and of the chunk.
  private var count = 0
  private var countOfChunk = 0

  /// Nil where the plan has no such rendition.
  init?(_ plan: RenderPlan, _ parts: RenderedParts, _ rendition: Int) {
    guard plan.codings.indices.contains(rendition) else { return nil }
    self.plan = plan
    self.parts = parts
    self.rendition = rendition
    coding = plan.codings[rendition]
  }

  /// When the chunk is shown whose first packet comes next; nil within a chunk and at the end.
  var nextChunkStart: MediaTime? {
    var next = chunk
    if reader != nil {
      guard countOfChunk == plan.chunks[chunk].frames.count else { return nil }
      next += 1
    }
    guard next < plan.chunks.count else { return nil }
    return plan.timeline.canvas.frameRate.time(ofFrame: plan.chunks[next].frames.lowerBound)
  }

  mutating func next() throws(MediaError) -> FilmPacket? {
    let parameters = coding.parameters
    while chunk < plan.chunks.count {
      let reader = try open()
      guard var head = try reader.nextHead() else {
        guard countOfChunk == plan.chunks[chunk].frames.count else { throw damaged }
        self.reader = nil
        chunk += 1
        continue
      }
      // Each frame lasts one unit of the encoder's clock. Chunks are closed, so packets of the film are decoded in
      // steps of one as well.
      head.pts += Int64(plan.chunks[chunk].frames.lowerBound)
      head.dts = Int64(count - coding.reorderedPictures)
      head.duration = 1
      let packet = try reader.packet(head)
      guard head.pts >= head.dts, countOfChunk > 0 || packet.isKeyframe else { throw damaged }
      count += 1
      countOfChunk += 1
      return FilmPacket(packet, .video, timeBase: parameters.timeBase)
    }
    return nil
  }

  private mutating func open() throws(MediaError) -> PacketFileReader {
    if let reader { return reader }
    let opened = try PacketFileReader(try parts.chunk(chunk, of: rendition), parts.cancellation)
    guard opened.extraData == coding.parameters.extraData else { throw damaged }
    countOfChunk = 0
    reader = opened
    return opened
  }

  private var damaged: MediaError {
    MediaError(
      .lost, "chunk \(chunk + 1) of the film is not what it was made as; run the stage again afresh"
    )
  }
}

private struct SoundStream {
  private let reader: PacketFileReader
  private let timeBase: Rational

  init(_ plan: RenderPlan, _ parts: RenderedParts) throws(MediaError) {
    let sound = try parts.sound()
    reader = try PacketFileReader(sound.url, growth: sound.growth, parts.cancellation)
    guard let parameters = plan.streams(of: nil).audio, reader.extraData == parameters.extraData
    else {
      throw MediaError(
        .lost, "the film's sound is not what it was made as; run the stage again afresh")
    }
    timeBase = parameters.timeBase
  }

  mutating func next() throws(MediaError) -> FilmPacket? {
    guard let head = try reader.nextHead() else { return nil }
    return FilmPacket(try reader.packet(head), .audio, timeBase: timeBase)
  }
}

extension FilmPacket {
  fileprivate init(_ packet: Packet, _ stream: Stream, timeBase: Rational) {
    let shown = timeBase.mediaTime(packet.pts ?? packet.dts ?? 0)
    let decoded = timeBase.mediaTime(packet.dts ?? packet.pts ?? 0)
    let beginsGroup = stream == .video && packet.isKeyframe
    self.init(
      packet: packet, stream: stream, time: shown, order: beginsGroup ? shown : decoded,
      duration: timeBase.mediaTime(packet.duration))
  }
}
