/// Reading and copying whole files. All of it blocks.
public enum FileCopy {
  private static let readSize = 1 << 20
  /// Small enough to notice soon that the copy is no longer wanted.
  private static let shareSize = 64 << 20

  /// Copies a file to where nothing is yet. File systems that can share blocks between files do so, and then a copy
  /// takes no room of its own.
  ///
  /// - Parameter goOn: asked between pieces; what it throws ends the copy.
  public static func copy(
    _ path: String, to target: String, checking goOn: () throws -> Void = {}
  ) throws {
    let source = try OpenFile(path, .read)
    let sink = try OpenFile(target, .create)
    while let count = try source.copy(to: sink, upTo: shareSize), count > 0 { try goOn() }
    // Whatever the system did not copy: all of it between some file systems, and files that pretend to be empty.
    try eachPiece(of: source, checking: goOn) { try sink.write($0) }
  }

  /// Calls `body` with one piece after the other of what comes next, each at most 1 MiB.
  public static func eachPiece(
    of file: borrowing OpenFile, checking goOn: () throws -> Void = {},
    _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: readSize, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      try goOn()
      let count = try file.read(into: buffer)
      if count == 0 { return }
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }
}
