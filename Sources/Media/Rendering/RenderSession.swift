import FFmpeg
import Foundation
import Pipeline
import Threads

/// One render while it runs: compose → encode → mux for pictures, mix → encode → mux for sound.
final class RenderSession: Sendable {
  private let timeline: Timeline
  private let encoding: Encoding
  private let sources: SourceFiles
  private let outputs: [RenderOutput]
  private let threads: Int
  private let makeOverlays: OverlayMaker
  private let workers: RenderWorkers
  private let progress: @Sendable (RenderProgress) -> Void
  private let counters = RenderCounters()

  private let frames = BoundedLink<Frame>(capacity: 4)
  private let video = EncodedStream()
  private let audio = EncodedStream()

  /// From an encoder to the muxers.
  private struct EncodedStream {
    let parameters = BoundedLink<CodecParameters>(capacity: 1)
    let packets = BoundedLink<FilmPacket>(capacity: 64)
  }

  init(
    timeline: Timeline, encoding: Encoding, sources: SourceFiles, outputs: [RenderOutput],
    threads: Int, makeOverlays: @escaping OverlayMaker, workers: RenderWorkers,
    progress: @escaping @Sendable (RenderProgress) -> Void
  ) {
    self.timeline = timeline
    self.encoding = encoding
    self.sources = sources
    self.outputs = outputs
    self.threads = threads
    self.makeOverlays = makeOverlays
    self.workers = workers
    self.progress = progress
  }

  func run() throws -> RenderReport {
    workers.adopt(frames)
    for stream in [video, audio] {
      workers.adopt(stream.parameters)
      workers.adopt(stream.packets)
    }
    if timeline.hasPicture {
      workers.start("compose") { [self] in try compose() }
      workers.start("encode") { [self] in try encodePictures() }
    }
    if timeline.hasSound { workers.start("mix") { [self] in try encodeSound() } }
    workers.start("mux") { [self] in try mux() }
    try workers.join()
    return counters.report
  }

  // MARK: - Pictures

  private func compose() throws {
    let cancellation = workers.cancellation
    let inventory = SourceInventory(sources, cancellation: cancellation)
    let schedule = try Schedule(timeline) { file throws(MediaError) in
      try inventory.source(file).isOpaque
    }
    let stills = StillCache(
      canvas: timeline.canvas.size, sources: sources, cancellation: cancellation)
    let overlays =
      timeline.captions.isEmpty ? nil : try makeOverlays(timeline.captions, timeline.canvas.size)
    let compositor = try Compositor(
      timeline, schedule: schedule, overlays: overlays,
      ClipFeed.Surroundings(
        canvas: timeline.canvas, sources: sources, stills: stills, inventory: inventory,
        counters: counters, decoderThreads: max(1, threads / 2), workers: workers))
    for index in 0..<timeline.frameCount {
      guard !workers.isStopped, frames.send(try compositor.frame(index)) else { return }
    }
    frames.close()
    counters.update { report in
      report.frameCount = timeline.frameCount
      report.decodedPictures.merge(stills.decodedCounts) { $0 + $1 }
    }
  }

  private func encodePictures() throws {
    let rate = timeline.canvas.frameRate
    var encoder = try Encoder.h264(
      Encoder.VideoSettings(
        width: timeline.canvas.size.width, height: timeline.canvas.size.height,
        frameRate: Rational(Int32(clamping: rate.numerator), Int32(clamping: rate.denominator)),
        quality: encoding.quality, preset: encoding.preset.rawValue,
        keyframeDistance: encoding.longestGroup(at: rate), threads: threads))
    counters.update { $0.videoEncoders += 1 }
    video.parameters.send(encoder.parameters)
    var index = 0
    while let frame = frames.receive() {
      guard !workers.isStopped else { return }
      try encoder.send(
        frame, at: Int64(index),
        forcesKeyframe: encoding.beginsSegment(frame: index, at: rate))
      index += 1
      counters.update { $0.encodedFrames += 1 }
      try passOn(&encoder, to: video, as: .video)
    }
    guard !workers.isStopped else { return }
    try encoder.finish()
    try passOn(&encoder, to: video, as: .video)
    video.packets.close()
  }

  // MARK: - Sound

  private func encodeSound() throws {
    let sampleRate = timeline.canvas.sampleRate
    var encoder = try Encoder.aac(
      Encoder.AudioSettings(
        sampleRate: sampleRate, channels: AudioMixer.channels,
        bitsPerSecond: encoding.audioBitsPerSecond))
    audio.parameters.send(encoder.parameters)
    let mixer = AudioMixer(timeline, sources: sources, cancellation: workers.cancellation)
    let total = AudioMixer.sampleCount(of: timeline.duration, at: sampleRate)
    var position = 0
    var block: [Float] = []
    while position < total {
      guard !workers.isStopped else { return }
      let count = min(encoder.frameSize, total - position)
      if block.count != count * AudioMixer.channels {
        block = [Float](repeating: 0, count: count * AudioMixer.channels)
      }
      try mixer.mix(into: &block, at: Int64(position))
      try block.withUnsafeBufferPointer { try encoder.send($0, at: Int64(position)) }
      position += count
      try passOn(&encoder, to: audio, as: .audio)
    }
    try encoder.finish()
    try passOn(&encoder, to: audio, as: .audio)
    counters.update { $0.samples = total }
    audio.packets.close()
  }

  /// Hands on every packet that is ready.
  private func passOn(
    _ encoder: inout Encoder, to stream: EncodedStream, as kind: FilmPacket.Stream
  ) throws {
    let timeBase = encoder.parameters.timeBase
    while case .packet(let packet) = try encoder.receive() {
      let shown = timeBase.mediaTime(packet.pts ?? packet.dts ?? 0)
      let decoded = timeBase.mediaTime(packet.dts ?? packet.pts ?? 0)
      let beginsSegment = kind == .video && packet.isKeyframe
      let passed = stream.packets.send(
        FilmPacket(
          packet: packet, stream: kind, time: shown, order: beginsSegment ? shown : decoded,
          duration: timeBase.mediaTime(packet.duration)))
      guard passed else { return }
    }
  }

  // MARK: - Packages

  private func mux() throws {
    var streams = FilmStreams(
      size: timeline.canvas.size, frameRate: timeline.canvas.frameRate,
      duration: timeline.duration, segmentDuration: encoding.segmentDuration)
    if timeline.hasPicture {
      guard let parameters = video.parameters.receive() else { return }
      streams.video = parameters
    }
    if timeline.hasSound {
      guard let parameters = audio.parameters.receive() else { return }
      streams.audio = parameters
    }
    var writers: [any PackageWriter] = []
    do {
      for output in outputs { writers.append(try Self.writer(for: output, streams)) }
      try copyPackets(to: writers)
      guard !workers.isStopped else { throw MediaError.cancelled }
      let packages = try writers.map { try $0.finish() }
      counters.update { $0.packages = packages }
    } catch {
      for writer in writers { writer.abandon() }
      throw error
    }
  }

  private static func writer(
    for output: RenderOutput, _ streams: FilmStreams
  ) throws(MediaError) -> any PackageWriter {
    switch output {
    case .file(let url, let container):
      try FileWriter(url, container: container, streams: streams)
    case .hls(let folder): try HLSWriter(folder, streams: streams)
    }
  }

  /// Merges the two streams, smallest time first, so that neither runs ahead in any muxer.
  private func copyPackets(to writers: [any PackageWriter]) throws(MediaError) {
    var picture = timeline.hasPicture ? video.packets.receive() : nil
    var sound = timeline.hasSound ? audio.packets.receive() : nil
    var meter = ProgressMeter(timeline, report: progress)
    while picture != nil || sound != nil {
      guard !workers.isStopped else { return }
      if let packet = picture, sound.map({ packet.order <= $0.order }) ?? true {
        for writer in writers { try writer.write(packet) }
        meter.passed(packet)
        picture = video.packets.receive()
      } else if let packet = sound {
        for writer in writers { try writer.write(packet) }
        meter.passed(packet)
        sound = audio.packets.receive()
      }
    }
    if !workers.isStopped { meter.finish() }
  }
}

/// Counts packets and says at most ten times a second how far the film is.
private struct ProgressMeter {
  private var progress: RenderProgress
  private let report: @Sendable (RenderProgress) -> Void
  private var last = ContinuousClock.now

  init(_ timeline: Timeline, report: @escaping @Sendable (RenderProgress) -> Void) {
    progress = RenderProgress(
      frames: 0, frameCount: timeline.hasPicture ? timeline.frameCount : 0, sound: .zero,
      duration: timeline.duration)
    self.report = report
  }

  mutating func passed(_ packet: FilmPacket) {
    switch packet.stream {
    case .video: progress.frames += 1
    case .audio: progress.sound = min(packet.time + packet.duration, progress.duration)
    }
    let now = ContinuousClock.now
    guard now - last >= .milliseconds(100) else { return }
    last = now
    report(progress)
  }

  mutating func finish() {
    progress.frames = progress.frameCount
    report(progress)
  }
}
