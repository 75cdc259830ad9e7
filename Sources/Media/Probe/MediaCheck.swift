import FFmpeg
public import Foundation
public import Pipeline
import Threads

/// Finds out whether a file holds what its header promises, by decoding its beginning and its end.
public enum MediaCheck {
  /// Something that is not as it should be.
  public struct Damage: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
      /// Nothing comes out of a decoder, or next to nothing that is whole.
      case undecodable
      /// It can be played, with a flaw.
      case flawed
      /// The file ends before what its header promises.
      case cutShort
    }

    public var kind: Kind
    /// Without the file's name, such as `ends after 3s although its header says 8s`.
    public var message: String
  }

  /// Decodes `length` at both ends of the picture and of the sound. Empty when all is well.
  ///
  /// - Parameter name: what people call the file; used in the messages of errors.
  public static func damage(
    in url: URL, as name: String, length: MediaTime = MediaTime(milliseconds: 2000)
  ) async throws(MediaError) -> [Damage] {
    let result: Result<[Damage], MediaError> = await withCancellationFlag { cancellation in
      do throws(MediaError) {
        return .success(
          try await BlockingThread.run("check") { () throws(MediaError) in
            try inspect(url, as: name, length: length, cancellation: cancellation)
          })
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private static func inspect(
    _ url: URL, as name: String, length: MediaTime, cancellation: CancellationFlag
  ) throws(MediaError) -> [Damage] {
    var damage: [Damage] = []
    var ends: [MediaTime] = []
    var promised: MediaTime?
    for kind in [StreamInfo.Kind.video, .audio] {
      var stream = try reading(name) { () throws(FFmpegError) in
        try StreamEnds.open(kind, of: url, cancellation: cancellation)
      }
      guard stream != nil else { continue }
      let found = try reading(name) { () throws(FFmpegError) in
        try stream?.inspect(length)
      }
      guard let found else { continue }
      damage += found.damage(of: kind == .video ? "picture" : "sound", length)
      if found.head.frames > 0 { ends.append(found.end) }
      promised = found.promisedByContainer
    }
    if cancellation.isRaised { throw .cancelled }
    if !damage.contains(where: { $0.kind == .cutShort }), let promised, let end = ends.max(),
      let early = Damage(ending: end, promised: promised)
    {
      damage.append(early)
    }
    return damage
  }
}

extension MediaCheck.Damage {
  /// Nil when `end` is near enough to what was promised: headers round, and the last frame may have no duration.
  init?(of what: String? = nil, ending end: MediaTime, promised: MediaTime) {
    let tolerance = max(0.5, promised.seconds / 100)
    guard promised.seconds - end.seconds > tolerance else { return nil }
    let subject = what.map { "its \($0) " } ?? ""
    self.init(
      kind: .cutShort,
      message: "\(subject)ends after \(end.inTenths) although its header says "
        + "\(promised.inTenths): it was cut short; give the whole file")
  }
}

extension MediaTime {
  fileprivate var inTenths: String {
    MediaTime(seconds: (seconds * 10).rounded() / 10).asDuration.written
  }
}

/// One stream of a file, decoded at both ends.
private struct StreamEnds: ~Copyable {
  /// What came out of a stretch of the stream.
  struct Passage {
    var frames = 0
    /// Packets that could not be decoded and frames that were patched up.
    var bad = 0
    /// Up to where there are packets, from the start of the file.
    var end = MediaTime.zero
    /// The file was read to its end.
    var isComplete = false
  }

  struct Findings {
    var head: Passage
    /// Nil where the head is all there is, and where the file cannot be sought.
    var tail: Passage?
    /// Nil when the stream itself does not say.
    var promised: MediaTime?
    /// Nil when the container does not say, or guesses.
    var promisedByContainer: MediaTime?

    var end: MediaTime { max(head.end, tail?.end ?? .zero) }

    func damage(of what: String, _ length: MediaTime) -> [MediaCheck.Damage] {
      guard head.frames > 0 else {
        let message =
          "its \(what) cannot be decoded: not one frame of the first \(length.inTenths) is whole"
        return [.init(kind: .undecodable, message: message)]
      }
      var found: [MediaCheck.Damage] = []
      if head.bad > 0 {
        found.append(
          .init(
            kind: head.bad * 4 > head.frames ? .undecodable : .flawed,
            message: "its \(what) is damaged in the first \(length.inTenths)"))
      }
      let isKnownToEnd = tail?.isComplete ?? head.isComplete
      if isKnownToEnd, let promised,
        let early = MediaCheck.Damage(of: what, ending: end, promised: promised)
      {
        found.append(early)
      } else if let tail, tail.isComplete, tail.frames == 0 || tail.bad > tail.frames {
        found.append(
          .init(
            kind: .undecodable, message: "its \(what) is damaged in the last \(length.inTenths)"))
      }
      return found
    }
  }

  /// A file with one keyframe an hour ago is not decoded for an hour; the rest is only counted.
  private static let decodedPackets = 2000

  private var demuxer: Demuxer
  private var decoder: Decoder
  private let stream: StreamInfo
  private let origin: Int64

  /// Nil when the file has no such stream.
  static func open(
    _ kind: StreamInfo.Kind, of url: URL, cancellation: CancellationFlag
  ) throws(FFmpegError) -> StreamEnds? {
    let demuxer = try Demuxer.open(url, cancellation: cancellation)
    guard let stream = demuxer.bestStream(kind) else { return nil }
    demuxer.select([stream])
    let decoder = try demuxer.decoder(for: stream, threads: 1)
    return StreamEnds(demuxer: demuxer, decoder: decoder, stream: stream)
  }

  private init(demuxer: consuming Demuxer, decoder: consuming Decoder, stream: StreamInfo) {
    origin =
      demuxer.start.map { Rational.containerTimeBase.rescale($0, to: stream.timeBase) }
      ?? stream.start ?? 0
    self.demuxer = demuxer
    self.decoder = decoder
    self.stream = stream
  }

  mutating func inspect(_ length: MediaTime) throws(FFmpegError) -> Findings {
    let container = demuxer.isDurationEstimated ? nil : demuxer.duration
    let whole = container.map { Rational.containerTimeBase.time($0) }
    let offset = stream.timeBase.time((stream.start ?? origin) - origin)
    let own = stream.duration.map { stream.timeBase.time($0) + max(.zero, offset) }
    var findings = Findings(
      head: try passage(until: length), tail: nil, promised: own, promisedByContainer: whole)
    guard !findings.head.isComplete, let end = own ?? whole else { return findings }
    let wanted = max(.zero, end - length)
    let target = stream.timeBase.rescaled(wanted) + origin
    do throws(FFmpegError) { try demuxer.seek(stream, to: target) } catch { return findings }
    decoder.flush()
    findings.tail = try passage(until: nil)
    return findings
  }

  /// Decodes from where the file stands to `limit`, or to the end.
  private mutating func passage(until limit: MediaTime?) throws(FFmpegError) -> Passage {
    var passage = Passage()
    var packets = 0
    while let packet = try nextPacket() {
      let time = packet.pts ?? packet.dts
      let end = time.map { stream.timeBase.time($0 + packet.duration - origin) }
      passage.end = max(passage.end, end ?? .zero)
      packets += 1
      if packets <= Self.decodedPackets { try decode(packet, &passage) }
      if let limit, passage.end >= limit || packets > Self.decodedPackets { return passage }
    }
    passage.isComplete = true
    try decode(nil, &passage)
    return passage
  }

  private mutating func nextPacket() throws(FFmpegError) -> Packet? {
    do throws(FFmpegError) {
      while let packet = try demuxer.read() {
        if packet.streamIndex == stream.index { return packet }
      }
      return nil
    } catch {
      // Where the bytes stop making sense the file ends; how early is told by its times.
      if error.isCancelled { throw error }
      return nil
    }
  }

  private mutating func decode(_ packet: Packet?, _ passage: inout Passage) throws(FFmpegError) {
    var isSent = false
    while true {
      do throws(FFmpegError) {
        if !isSent { isSent = try decoder.send(packet) }
        switch try decoder.receive() {
        case .frame(let frame):
          passage.frames += 1
          if frame.isDamaged { passage.bad += 1 }
        case .needsInput: if isSent { return }
        case .ended: return
        }
      } catch {
        guard error.isInvalidData else { throw error }
        passage.bad += 1
        return
      }
    }
  }
}

extension Rational {
  fileprivate func time(_ units: Int64) -> MediaTime {
    MediaTime(seconds: Double(units) * value)
  }

  fileprivate func rescaled(_ time: MediaTime) -> Int64 { Int64((time.seconds / value).rounded()) }
}
