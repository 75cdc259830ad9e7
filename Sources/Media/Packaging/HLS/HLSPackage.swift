import FFmpeg
import Foundation
import Pipeline

/// Writes an HLS package (RFC 8216) with all renditions of a film, side by side as their parts come in. One thread.
///
/// In MPEG-TS each rendition has the sound in it, so that any of them can be played by itself and the oldest players
/// need nothing else. In fragmented MP4 the sound is a rendition of its own, which is stored once and fits to all, as
/// CMAF wants it.
struct HLSPackage {
  static let masterName = "master.m3u8"
  static let mediaName = "video.m3u8"
  private static let audioName = "audio"

  let plan: RenderPlan
  let folder: URL
  let settings: HLSSettings
  let metadata: FilmMetadata
  /// Called for each segment once everything that names it is there.
  let ready: (ReadySegment) -> Void
  private let renditions: [HLSRendition]

  /// - Parameter wrote: called after each packet.
  init(
    _ plan: RenderPlan, in folder: URL, _ settings: HLSSettings, _ metadata: FilmMetadata,
    _ parts: RenderedParts, wrote: @escaping () throws(MediaError) -> Void,
    ready: @escaping (ReadySegment) -> Void
  ) throws(MediaError) {
    self.plan = plan
    self.folder = folder
    self.settings = settings
    self.metadata = metadata
    self.ready = ready
    var renditions: [HLSRendition] = []
    do throws(MediaError) {
      for place in Self.places(plan, settings.format) {
        renditions.append(
          try HLSRendition(
            place, in: folder, settings.format, try FilmPackets(plan, parts, place.choice),
            wrote: wrote))
      }
    } catch {
      for rendition in renditions { rendition.abandon() }
      throw error
    }
    self.renditions = renditions
  }

  private static func places(_ plan: RenderPlan, _ format: SegmentFormat) -> [HLSRendition.Place] {
    let hasSound = plan.timeline.hasSound
    guard plan.timeline.hasPicture else {
      return [
        .init(
          name: audioName, path: "", playlistName: mediaName,
          choice: .init(rendition: nil, hasSound: true), streams: plan.streams(of: nil, sound: true)
        )
      ]
    }
    let isSplit = format == .fmp4 && hasSound
    var places = plan.renditions.enumerated().map { index, rendition in
      HLSRendition.Place(
        name: rendition.name, path: plan.renditions.count > 1 ? rendition.name : "",
        playlistName: mediaName, choice: .init(rendition: index, hasSound: hasSound && !isSplit),
        streams: plan.streams(of: index, sound: hasSound && !isSplit))
    }
    if isSplit {
      places.append(
        .init(
          name: audioName, path: audioName, playlistName: "audio.m3u8",
          choice: .init(rendition: nil, hasSound: true), streams: plan.streams(of: nil, sound: true)
        ))
    }
    return places
  }

  /// Waits for all parts of the film.
  func write() throws(MediaError) -> RenderedPackage {
    var hasMaster = false
    while true {
      var segments: [ReadySegment] = []
      for rendition in renditions {
        if let segment = try rendition.advance() { segments.append(segment) }
      }
      guard !segments.isEmpty else { break }
      if !hasMaster { try write(master(isComplete: false)) }
      hasMaster = true
      for segment in segments { ready(segment) }
    }
    let master = master(isComplete: true)
    try write(master)
    return RenderedPackage(
      entry: folder.appendingPathComponent(Self.masterName),
      files: [Self.masterName] + renditions.flatMap(\.files),
      segmentCount: renditions.first?.segmentCount ?? 0, master: master)
  }

  func abandon() {
    for rendition in renditions { rendition.abandon() }
    try? FileManager.default.removeItem(at: folder.appendingPathComponent(Self.masterName))
  }

  // MARK: - The master playlist

  /// - Parameter isComplete: bandwidths are measured; else they are foreseen.
  private func master(isComplete: Bool) -> MasterPlaylist {
    let audio = renditions.first { $0.place.path == Self.audioName }
    var media = settings.media
    if let audio {
      media.insert(
        .init(
          .audio, groupID: Self.audioName, name: "Sound",
          uri: audio.place.path(of: audio.place.playlistName), isDefault: true,
          channels: AudioMixer.channels), at: 0)
    }
    let variants = renditions.filter { $0.place.path != Self.audioName }
    return MasterPlaylist(
      variants: variants.map { variant($0, audio: audio, isComplete: isComplete, media) },
      iFrames: variants.filter(\.hasIFrames).map { iFrames($0, isComplete: isComplete) },
      media: media, sessionData: metadata.sessionData)
  }

  private func variant(
    _ rendition: HLSRendition, audio: HLSRendition?, isComplete: Bool,
    _ media: [MasterPlaylist.Media]
  ) -> MasterPlaylist.Variant {
    let streams = rendition.place.streams
    var bandwidth = rendition.bandwidth
    if !isComplete { bandwidth.peak = max(bandwidth.peak, foreseenPeak(of: rendition)) }
    if let audio { bandwidth = bandwidth + audio.bandwidth }
    let parameters = streams.parameters + (audio?.place.streams.parameters ?? [])
    return MasterPlaylist.Variant(
      uri: rendition.place.path(of: rendition.place.playlistName), bandwidth: bandwidth.peak,
      averageBandwidth: isComplete ? bandwidth.average : nil,
      codecs: parameters.compactMap(\.codecsName),
      resolution: streams.video == nil ? nil : streams.size,
      frameRate: streams.video == nil ? nil : streams.frameRate,
      audioGroup: media.first { $0.kind == .audio }?.groupID,
      subtitlesGroup: media.first { $0.kind == .subtitles }?.groupID)
  }

  private func iFrames(_ rendition: HLSRendition, isComplete: Bool) -> MasterPlaylist.IFrames {
    let streams = rendition.place.streams
    var bandwidth = rendition.iFrameBandwidth
    if !isComplete { bandwidth.peak *= 2 }
    return MasterPlaylist.IFrames(
      uri: rendition.place.path(of: HLSRendition.iFramesName), bandwidth: bandwidth.peak,
      averageBandwidth: isComplete ? bandwidth.average : nil,
      codecs: [streams.video?.codecsName].compactMap { $0 }, resolution: streams.size)
  }

  /// Bits per second that a rendition is not expected to exceed: what it is limited to, else what films of its size and
  /// quality usually take.
  private func foreseenPeak(of rendition: HLSRendition) -> Int {
    let streams = rendition.place.streams
    let sound = streams.audio == nil ? 0 : Double(plan.encoding.audioBitsPerSecond)
    var pictures = 0.0
    if let index = rendition.place.choice.rendition {
      let coding = plan.codings[index].rendition
      let limit = coding.peakBitsPerSecond(inSegmentsOf: plan.encoding.segmentDuration)
      // Six steps of the rate factor are half the bits.
      let usual =
        0.15 * Double(streams.size.pixelCount) * streams.frameRate.framesPerSecond
        * exp2((20 - coding.quality) / 6)
      pictures = limit.map(Double.init) ?? usual
      // Headers of packets, and what is left empty in the last packet of a frame.
      pictures += 1600 * streams.frameRate.framesPerSecond
    }
    return Int(((pictures + sound) * 1.04).rounded(.up))
  }

  private func write(_ master: MasterPlaylist) throws(MediaError) {
    do {
      try Data(master.text.utf8).write(
        to: folder.appendingPathComponent(Self.masterName), options: .atomic)
    } catch {
      throw MediaError(storing: "`\(Self.masterName)`", error)
    }
  }
}
