import Foundation
import HTTPTypes
import Pipeline
import TestSupport
import Testing

@testable import videocraft

@Suite("The streaming contract: playing", .timeLimit(.minutes(2)))
struct StreamingPlaybackTests {
  /// A host with one video that is ready.
  private func withVideo(
    _ body: @escaping @Sendable (StreamingKit, String) async throws -> Void
  ) async throws {
    try await StreamingKit().working { host in
      let id = try await host.upload("0123456789")
      try await host.follow(id)
      try await body(host, id)
    }
  }

  @Test("the list of ready videos has those that can be played, newest first")
  func ready() async throws {
    let gate = UUID().uuidString
    let host = try StreamingKit()
    #expect(try await host.get("/stream/ready").text == "[]")
    try await host.working { host in
      let old = try await host.upload("one")
      try await host.follow(old)
      let new = try await host.upload("two")
      try await host.follow(new)
      try await host.follow(try await host.upload("bad"))
      try host.kit.folder.write(StreamingKit.pipeline(gate), to: "pipelines/upload-hls.yaml")
      let waiting = try await host.upload("three")
      #expect(try await host.get("/stream/ready").json == [.string(new), .string(old)])
      Gate.named(gate).open()
      try await host.follow(waiting)
      #expect(
        try await host.get("/stream/ready").json == [.string(waiting), .string(new), .string(old)])
    }
  }

  @Test("a manifest is HLS by its type, and leads nowhere but back")
  func manifest() async throws {
    try await withVideo { host, id in
      let answer = try await host.get("/stream/\(id)/manifest")
      #expect(answer.status == 200)
      #expect(answer.headers[.contentType] == "application/vnd.apple.mpegurl")
      #expect(answer.headers[.eTag] != nil)
      #expect(
        answer.text == """
          #EXTM3U
          #EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="a,URI=b",DEFAULT=NO,URI="manifest?playlist=subtitles~en.m3u8"
          #EXT-X-STREAM-INF:BANDWIDTH=1000,CODECS="avc1.64001F,mp4a.40.2",RESOLUTION=1280x720
          manifest?playlist=720p~video.m3u8
          #EXT-X-STREAM-INF:BANDWIDTH=500,RESOLUTION=426x240
          manifest?playlist=240p~video.m3u8
          #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=100,URI="manifest?playlist=720p~iframes.m3u8"

          """)
    }
  }

  @Test(
    "segments are at `segment/{segmentId}` in every playlist",
    arguments: [
      ("720p~video.m3u8", ["segment/720p~segment-00000.ts"]),
      ("240p~video.m3u8", ["segment/240p~segment-00000.ts"]),
      (
        "720p~iframes.m3u8",
        [
          "#EXT-X-MAP:URI=\"segment/720p~segment-00000.ts\",BYTERANGE=\"4@0\"",
          "segment/720p~segment-00000.ts",
        ]
      ),
      ("subtitles~en.m3u8", ["segment/subtitles~en-00000.vtt"]),
    ])
  func playlists(name: String, lines: [String]) async throws {
    try await withVideo { host, id in
      let answer = try await host.get("/stream/\(id)/manifest?playlist=\(name)")
      #expect(answer.status == 200)
      #expect(answer.headers[.contentType] == "application/vnd.apple.mpegurl")
      let named = answer.text.split(separator: "\n").filter { $0.contains("segment") }
      #expect(named.map(String.init) == lines)
    }
  }

  @Test("404 for unknown videos, segments and playlists, however they are written")
  func unknown() async throws {
    try await withVideo { host, id in
      let paths = [
        "/stream/\(UUID())/manifest", "/stream/\(UUID())/segment/720p~segment-00000.ts",
        "/stream/nobody/manifest", "/stream/%252e%252e/manifest",
        "/stream/\(id)/manifest?playlist=..%2Fmaster.m3u8",
        "/stream/\(id)/manifest?playlist=720p%2Fvideo.m3u8",
        "/stream/\(id)/manifest?playlist=720p~segment-00000.ts",
        "/stream/\(id)/manifest?playlist=%00",
        "/stream/\(id)/segment/segment-00000.ts", "/stream/\(id)/segment/master.m3u8",
        "/stream/\(id)/segment/720p~video.m3u8", "/stream/\(id)/segment/..~..~etc~passwd",
        "/stream/\(id)/segment/%252e%252e", "/stream/\(id)/segment/720p!2fsegment-00000.ts",
        "/stream/\(id)/segment/720p!2Fsegment-00000.ts", "/stream/\(id)/segment/!",
        "/stream/\(id)/segment/a%20b", "/stream/\(id)/segment/720p~segment-00000.ts/",
      ]
      for path in paths {
        let answer = try await host.get(path)
        #expect(answer.status == 404, "\(path)")
      }
    }
  }

  @Test(
    "paths that lead elsewhere are no requests at all",
    arguments: [
      "/stream/../manifest", "/stream/%2e%2e/manifest", "/stream/a/segment/%2E%2E",
      "/stream/a/segment/a%2Fb", "/stream/a/segment/a%00", "/stream/a/segment/a%0d%0aX:1",
      "/stream/a/segment/..%5cb", "/files/%2e%2e", "/video/%00/status/stream",
    ])
  func traversal(path: String) throws {
    #expect(throws: RequestTarget.Problem.self) { try Request(.get, path) }
  }

  @Test("a segment is MPEG-TS, comes in whole or in part, and is kept by caches")
  func segment() async throws {
    try await withVideo { host, id in
      let path = "/stream/\(id)/segment/720p~segment-00000.ts"
      let whole = try await host.get(path)
      #expect(whole.status == 200 && whole.text == "0123456789")
      #expect(whole.headers[.contentType] == "video/MP2T")
      #expect(whole.headers[.cacheControl] == "public, max-age=31536000, immutable")
      #expect(whole.headers[.acceptRanges] == "bytes")
      let tag = try #require(whole.headers[.eTag])
      let head = try await host.ask(.head, path)
      #expect(head.status == 200 && head.headers[.eTag] == tag)

      let part = try await host.get(path, (.range, "bytes=2-4"))
      #expect(part.status == 206 && part.text == "234")
      #expect(part.headers[.contentRange] == "bytes 2-4/10")
      #expect(part.headers[.contentType] == "video/MP2T")
      #expect(try await host.get(path, (.range, "bytes=-3")).text == "789")
      #expect(try await host.get(path, (.range, "bytes=10-")).status == 416)
      let same = try await host.get(path, (.range, "bytes=2-4"), (.ifRange, tag))
      #expect(same.status == 206)
      let other = try await host.get(path, (.range, "bytes=2-4"), (.ifRange, "\"other\""))
      #expect(other.status == 200 && other.text == "0123456789")
      let weak = try await host.get(path, (.range, "bytes=2-4"), (.ifRange, "W/\(tag)"))
      #expect(weak.status == 200)

      let known = try await host.get(path, (.ifNoneMatch, tag))
      #expect(known.status == 304 && known.bytes.isEmpty)
      #expect(known.headers[.cacheControl]?.contains("immutable") == true)
      #expect(
        try await host.get("/stream/\(id)/segment/nothing").headers[.cacheControl] == "no-store")
    }
  }

  @Test("what is no MPEG-TS has a type of its own")
  func otherTypes() async throws {
    try await withVideo { host, id in
      let subtitles = try await host.get("/stream/\(id)/segment/subtitles~en-00000.vtt")
      #expect(subtitles.status == 200 && subtitles.headers[.contentType] == "text/vtt")
      let start = try await host.get("/stream/\(id)/segment/init!20!c3!a9!25.mp4")
      #expect(start.status == 200 && start.headers[.contentType] == "video/mp4")
    }
  }

  @Test("a video whose manifest is not in the store any more is not in the list")
  func gone() async throws {
    let first = try StreamingKit()
    let id = try await first.working { host in
      let id = try await host.upload()
      try await host.follow(id)
      return id
    }
    let store = MemoryArtifactStore(folder: first.kit.folder.file("empty"))
    let videos = Videos(
      service: first.kit.service, pipelines: first.kit.api.pipelines, artifacts: store,
      log: first.kit.api.log, clientFolder: first.kit.folder.url)
    #expect(try await videos.ready().isEmpty)
    #expect(try await Videos(first.kit.api).ready().map(\.description) == [id])
  }

  @Test(
    "a path is one part of a URL that needs no escapes, and comes back as it was",
    arguments: [
      ("master.m3u8", "master.m3u8"), ("720p/segment-00001.ts", "720p~segment-00001.ts"),
      ("a/b/c", "a~b~c"), ("a~b", "a!7eb"), ("a/~", "a~!7e"), ("a!b", "a!21b"),
      ("é %", "!c3!a9!20!25"),
      ("a/2fb", "a~2fb"),
    ])
  func names(path: String, id: String) {
    #expect(SegmentID.make(of: path) == id)
    #expect(SegmentID.path(of: id) == path)
  }

  @Test(
    "a playlist that names what is not in its package is not given out",
    arguments: [
      "/etc/passwd", "../../secret.ts", "http://127.0.0.1/a.ts", "missing.ts", "file:a.ts",
      "a//b.ts",
      "720p/../../x.ts", "a.ts\u{301}", "a.ts?x=1",
    ])
  func foreign(uri: String) {
    let file = FileReference(digest: Digest(of: [1]), byteCount: 1, name: "a.ts")
    let package = FileBundle(entry: "720p/v.m3u8", files: ["720p/a.ts": file, "b.ts": file])
    for text in ["#EXTM3U\n\(uri)\n", "#EXTM3U\n#EXT-X-MAP:URI=\"\(uri)\"\n"] {
      #expect(throws: Manifest.ForeignURI.self) {
        try Manifest(text, at: "720p/v.m3u8", in: package)
      }
    }
    #expect(
      (try? Manifest("#EXTM3U\r\n./a.ts\r\n../b.ts", at: "720p/v.m3u8", in: package).text)
        == "#EXTM3U\nsegment/720p~a.ts\nsegment/b.ts")
  }
}
