import Foundation
import Media
import Pipeline
import TestSupport
import Testing

@Suite("A package that grows")
struct GrowingPackageTests {
  private func rendition(_ name: String = "video") -> PlayableRendition {
    PlayableRendition(
      name: name, playlist: "\(name).m3u8", targetDuration: 4,
      codecs: ["avc1.640028", "mp4a.40.2"],
      size: PixelSize(width: 640, height: 360), frameRate: FrameRate(25))
  }

  private func segment(
    _ index: Int, of rendition: PlayableRendition? = nil, contents: String = "",
    seconds: Double = 4
  ) -> PlayableSegment {
    let rendition = rendition ?? self.rendition()
    let path = "\(rendition.name)/\(index).ts"
    return PlayableSegment(
      output: "playlist", rendition: rendition, index: index,
      start: MediaTime(seconds: Double(index) * 4), duration: MediaTime(seconds: seconds),
      path: path, file: .named(path + contents, byteCount: 100_000))
  }

  private func event(
    _ segment: PlayableSegment, stage: String = "package", item: Int? = nil
  ) -> RunEvent {
    var event = RunEvent(run: "r", type: .segmentReady, stage: stage, item: item)
    event.segment = segment
    return event
  }

  @Test("the events of a run alone give the playlist of what can be played, from its beginning")
  func fromEvents() throws {
    let events = [0, 1, 2].map { event(segment($0, seconds: $0 == 2 ? 1.5 : 4)) }
    // As a client gets them.
    let lines = try events.map { try JSONEncoder().encode($0) }
    let read = try lines.map { try JSONDecoder().decode(RunEvent.self, from: $0) }
    let package = GrowingPackage(read, stage: "package")
    #expect(
      package.playlists["video.m3u8"] == """
        #EXTM3U
        #EXT-X-VERSION:6
        #EXT-X-TARGETDURATION:4
        #EXT-X-MEDIA-SEQUENCE:0
        #EXT-X-PLAYLIST-TYPE:EVENT
        #EXT-X-INDEPENDENT-SEGMENTS
        #EXT-X-START:TIME-OFFSET=0
        #EXTINF:4.000000,
        video/0.ts
        #EXTINF:4.000000,
        video/1.ts
        #EXTINF:1.500000,
        video/2.ts

        """)
    #expect(
      package.playlists["master.m3u8"]?.contains(
        "BANDWIDTH=200000,CODECS=\"avc1.640028,mp4a.40.2\",RESOLUTION=640x360,FRAME-RATE=25.000\nvideo.m3u8\n"
      ) == true)
    #expect(package.files.keys.sorted() == ["video/0.ts", "video/1.ts", "video/2.ts"])
    #expect(package.duration == MediaTime(seconds: 9.5))
  }

  @Test("a time in an event is seconds, and comes back to the tick")
  func seconds() throws {
    var odd = segment(0)
    odd.start = FrameRate(30_000, per: 1001).time(ofFrame: 100_001)
    let bytes = try JSONEncoder().encode(event(odd))
    let object = try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    let told = try #require(object["segment"] as? [String: Any])
    #expect(abs((told["start"] as? Double ?? 0) - odd.start.seconds) < 1e-9)
    #expect(told["duration"] as? Double == 4)
    #expect((told["file"] as? [String: Any])?["byteCount"] as? Int == 100_000)
    #expect(try JSONDecoder().decode(RunEvent.self, from: bytes).segment == odd)
  }

  @Test("each stage, item and output is a stream of its own")
  func streams() {
    var other = segment(0)
    other.output = "extra"
    let events = [
      event(segment(0)), event(segment(0), stage: "b"), event(segment(1), item: 0), event(other),
    ]
    #expect(GrowingPackage(events, stage: "package", output: "playlist").files.count == 1)
    #expect(GrowingPackage(events, stage: "b").files.count == 1)
    // Its first segment is not known.
    #expect(GrowingPackage(events, stage: "package", item: 0).playlists.isEmpty)
  }

  @Test("an attempt that begins again changes nothing until something is different")
  func again() {
    var package = GrowingPackage()
    let new = (0...3).map { package.add(segment($0)) }
    #expect(new == [true, true, true, true])
    let before = package
    let known = [package.add(segment(0)), package.add(segment(1))]
    #expect(known == [false, false])
    #expect(package == before)
    let other = package.add(segment(2, contents: "other"))
    #expect(other)
    #expect(package.tracks[0].segments.map(\.index) == [0, 1, 2])
    let late = package.add(segment(4))
    #expect(!late)
  }

  @Test("all renditions are named, with the sound and the subtitles that belong to them")
  func renditions() throws {
    var package = GrowingPackage()
    var subtitles = rendition("subtitles-en")
    subtitles.kind = .subtitles
    subtitles.title = "English"
    subtitles.language = "en"
    subtitles.playlist = "subtitles/en.m3u8"
    var words = segment(0, of: subtitles)
    words.path = "subtitles/en-00000.vtt"
    package.add(words)
    #expect(package.playlists.isEmpty)
    var sound = rendition("audio")
    sound.kind = .audio
    sound.codecs = ["mp4a.40.2"]
    package.add(segment(0, of: sound))
    for name in ["720p", "360p"] {
      var rendition = rendition(name)
      rendition.playlist = "\(name)/index.m3u8"
      rendition.header = .init(path: "\(name)/init.mp4", file: .named("init"))
      package.add(segment(0, of: rendition))
    }
    let master = try #require(package.playlists["master.m3u8"])
    #expect(
      master.contains("TYPE=SUBTITLES,GROUP-ID=\"subtitles\",LANGUAGE=\"en\",NAME=\"English\""))
    #expect(master.contains("720p/index.m3u8\n") && master.contains("360p/index.m3u8\n"))
    #expect(master.split(separator: "\n").count { $0.contains("SUBTITLES=\"subtitles\"") } == 2)
    #expect(master.split(separator: "\n").count { $0.contains("AUDIO=\"audio\"") } == 2)
    let playlist = try #require(package.playlists["720p/index.m3u8"])
    #expect(playlist.contains("#EXT-X-MAP:URI=\"init.mp4\"\n") && playlist.contains("\n0.ts\n"))
    #expect(package.files["720p/init.mp4"] != nil)
    // Subtitles are whole from the beginning.
    let text = try #require(package.playlists["subtitles/en.m3u8"])
    #expect(text.contains("TYPE:VOD\n") && text.hasSuffix("en-00000.vtt\n#EXT-X-ENDLIST\n"))
  }
}
