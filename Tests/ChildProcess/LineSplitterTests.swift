import Testing

@testable import ChildProcess

@Suite("Lines from a stream of bytes", .timeLimit(.minutes(5)))
struct LineSplitterTests {
  @Test(
    "Lines come out whole however the bytes are cut",
    arguments: [["ab\ncd\n"], ["a", "b\nc", "d\n"], ["ab\nc", "d", "\n"]])
  func cuts(pieces: [String]) {
    var splitter = LineSplitter(limit: 10)
    let lines = pieces.flatMap { splitter.append(Array($0.utf8)) }
    #expect(lines == [.complete(Array("ab".utf8)), .complete(Array("cd".utf8))])
    #expect(splitter.finish() == nil)
  }

  @Test("A line at the limit is kept, a longer one is dropped, and the next one is whole again")
  func limit() {
    var splitter = LineSplitter(limit: 4)
    #expect(splitter.append(Array("abcd\n".utf8)) == [.complete(Array("abcd".utf8))])
    #expect(splitter.append(Array("abcdefg".utf8)).isEmpty)
    #expect(
      splitter.append(Array("h\nxy\n".utf8)) == [
        .tooLong(byteCount: 8), .complete(Array("xy".utf8)),
      ])
  }

  @Test("What comes after the last line feed is the last line")
  func rest() {
    var splitter = LineSplitter(limit: 10)
    #expect(splitter.append(Array("a\nrest".utf8)) == [.complete(Array("a".utf8))])
    #expect(splitter.finish() == .complete(Array("rest".utf8)))
    #expect(splitter.finish() == nil)
  }

  @Test("A tail keeps the last bytes and begins with a whole line")
  func tail() {
    var tail = TailBuffer(capacity: 10)
    tail.append(Array("first\nsecond\n".utf8))
    #expect(tail.text == "second\n")
    for _ in 0..<1000 { tail.append(Array("line\n".utf8)) }
    #expect(tail.text == "line\n")
  }
}
