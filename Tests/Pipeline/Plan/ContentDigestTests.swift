import Testing

@testable import Pipeline

@Suite("What values are to keys and to people", .timeLimit(.minutes(5)))
struct ContentDigestTests {
  private static let file = FileReference(
    digest: Digest(of: "x".utf8), byteCount: 3_210_000, name: "voice.wav")

  @Test(
    "long texts are cut, files are told by name, size and digest",
    arguments: [
      (Value.text("short"), "\"short\""), (.integer(7), "7"), (.boolean(true), "true"),
      (.text("two\nlines"), "\"two lines\""), (.duration(.milliseconds(1500)), "1s500ms"),
      (.text(String(repeating: "x", count: 80)), "\"" + String(repeating: "x", count: 59) + "…\""),
      (.file(file), "voice.wav, 3.2 MB, \(file.digest.short)"),
      (.video(.file(file)), "voice.wav, 3.2 MB, \(file.digest.short)"),
      (.secret("KEY"), "secret `KEY`"), (.null, "nothing"),
    ])
  func texts(value: Value, text: String) {
    #expect(value.briefText == text)
  }

  @Test("values that differ have digests that differ, whatever they look like as text")
  func digests() throws {
    let values: [Value] = [
      .text("5"), .integer(5), .text("true"), .boolean(true), .null, .text("null"),
      .text("integer:5"), .list([.integer(5)]), .list([.text("5")]), .map(["a": .integer(5)]),
      .file(Self.file), .text("file:\(Self.file.digest)"), .secret("5"), .number(5.5),
    ]
    #expect(Set(try values.map { try $0.contentDigest }).count == values.count)
  }

  @Test("a file's name does not count")
  func names() throws {
    var other = Self.file
    other.name = "other.wav"
    #expect(try Value.file(other).contentDigest == Value.file(Self.file).contentDigest)
  }
}
