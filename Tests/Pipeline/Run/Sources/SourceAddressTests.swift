import Pipeline
import Testing

@Suite("Addresses of sources")
struct SourceAddressTests {
  @Test(
    "what has a scheme is an address, everything else is not",
    arguments: [
      ("https://example.org/a.mp4", true), ("HTTP://example.org", true),
      ("file:///etc/passwd", true),
      ("s3+x.y-z://bucket/key", true), ("a.mp4", false), ("/a.mp4", false), ("upload:0123", false),
      ("://x", false), ("1http://x", false), ("ht tp://x", false), ("", false), ("C:/x", false),
      ("folder/https://x", false),
    ])
  func scheme(_ text: String, _ isAddress: Bool) {
    #expect((SourceAddress(text) != nil) == isAddress)
  }

  @Test(
    "what is shown has no password, no query and no end that scrolls away",
    arguments: [
      ("https://example.org/a.mp4", "https://example.org/a.mp4"),
      ("https://Example.org:8443/a.mp4", "https://Example.org:8443/a.mp4"),
      ("https://me:secret@example.org/a.mp4", "https://example.org/a.mp4"),
      ("https://me:se@cret@example.org/a.mp4", "https://example.org/a.mp4"),
      ("https://example.org/a.mp4?X-Amz-Signature=secret#secret", "https://example.org/a.mp4?…"),
      ("https://example.org?token=secret@x/y", "https://example.org?…"),
      ("https://example.org/a.mp4#secret?secret", "https://example.org/a.mp4"),
      ("https://me:secret@example.org\\@other/", "https://example.org\\@other/"),
      ("https://example.org/a\r\nSet-Cookie: b", "https://example.org/a�Set-Cookie: b"),
      ("https://example.org/\u{1B}[31m", "https://example.org/�[31m"),
    ])
  func shown(_ text: String, _ shown: String) throws {
    let address = try #require(SourceAddress(text))
    #expect("\(address)" == shown)
    #expect(
      Value.text(text).showingNoSecretAddresses != .text(text) || text == shown
        || !text.contains("secret"))
  }

  @Test("a long address is cut")
  func long() throws {
    let address = try #require(
      SourceAddress("https://example.org/" + String(repeating: "x", count: 5000)))
    #expect("\(address)".count < 200)
  }

  @Test(
    "a file is called by the last part of its path, and never by more than a name",
    arguments: [
      ("https://example.org/clips/a%20b.mp4?x=1", "a b.mp4"), ("https://example.org/", "source"),
      ("https://example.org", "source"), ("https://example.org/%2e%2e", "source"),
      ("https://example.org/%2Fetc%2Fpasswd", "etcpasswd"), ("https://example.org/a%00b", "ab"),
      ("https://example.org/..", "source"), ("https://example.org/x/", "x"),
      ("https://example.org/a%zz", "a%zz"),
    ])
  func name(_ text: String, _ name: String) throws {
    #expect(try #require(SourceAddress(text)).fileName == name)
  }
}
