/// What fontconfig or FreeType could not do.
public struct FontError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The C function that failed.
  public var function: String
  /// FreeType's error code; 0 for fontconfig, which has none.
  public var code: Int32
  public var subject: String

  init(_ function: String, code: Int32 = 0, subject: String) {
    self.function = function
    self.code = code
    self.subject = subject
  }

  public var description: String {
    "\(function) failed for the font `\(subject)`" + (code == 0 ? "" : " (code \(code))")
  }
}
