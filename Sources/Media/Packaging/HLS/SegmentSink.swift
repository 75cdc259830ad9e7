import FFmpeg
import Foundation

/// Takes a muxer's bytes into one file after the other.
final class SegmentSink: ByteSink {
  private let folder: URL
  private var file: FileHandle?
  /// Of the file that is being written.
  private(set) var byteCount = 0
  /// Of all files that were begun.
  private(set) var names: [String] = []
  private var recorded: [UInt8]?

  init(_ folder: URL) { self.folder = folder }

  func begin(_ name: String) throws(MediaError) {
    let url = folder.appendingPathComponent(name)
    guard FileManager.default.createFile(atPath: url.path, contents: nil),
      let file = FileHandle(forWritingAtPath: url.path)
    else { throw MediaError(.unwritable, "the file `\(name)` of a stream could not be created") }
    self.file = file
    byteCount = 0
    names.append(name)
  }

  /// How many bytes the file has.
  @discardableResult
  func end() throws(MediaError) -> Int {
    do {
      try file?.close()
    } catch {
      throw MediaError(storing: "a segment", error)
    }
    file = nil
    return byteCount
  }

  /// Keeps a copy of all bytes until `recording` is called.
  func record() { recorded = [] }

  func recording() -> [UInt8] {
    defer { recorded = nil }
    return recorded ?? []
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    try file?.write(contentsOf: bytes)
    byteCount += bytes.count
    recorded?.append(contentsOf: bytes)
  }
}
