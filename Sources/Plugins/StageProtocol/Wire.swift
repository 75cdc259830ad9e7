/// What both sides of stage protocol 1 hold to.
public enum Wire {
  /// The version of the protocol. It changes when an old message changes its meaning; additions are features.
  public static let version = 1
  /// Bytes of a line, without its line feed. A longer one is drained and refused.
  public static let lineLimit = 1 << 20
  /// Bytes of a value's JSON above which it goes into a file.
  public static let inlineLimit = 128 << 10
  /// Bytes of a value's JSON in a file.
  public static let spillLimit = 256 << 20
  /// Calls that one process may have under way.
  public static let concurrencyLimit = 64
  /// Requests of one call that may be under way towards the host.
  public static let requestLimit = 256
  /// Lines that one call may log, with its warnings.
  public static let logLimit = 10_000
  /// How long a process may take to answer `initialize`.
  public static let handshakeLimit = Duration.seconds(10)

  /// The names of methods.
  public enum Method: String, Sendable, CaseIterable {
    // To the plugin.
    case initialize
    case validate = "stage/validate"
    case run = "stage/run"
    case cancel = "$/cancel"
    case ping
    case shutdown
    // To the host.
    case progress = "stage/progress"
    case log = "stage/log"
    case diagnostic = "stage/diagnostic"
    case segment = "stage/segment"
    case checkpoint = "stage/checkpoint"
    case store = "stage/store"
    case open = "stage/open"
    case render = "stage/render"
    case part = "stage/part"
    case partMade = "stage/partMade"
  }

  /// What one side can do beyond what every side does.
  public enum Feature: String, Sendable, CaseIterable {
    /// Of a plugin: it answers `stage/validate`.
    case validate
    /// Of a plugin: it asks for the places of files with `stage/open` and wants none beforehand. Of a host: it answers.
    case open
    /// Of a host: `stage/store`, `stage/render`, `stage/part`, `stage/segment`, `stage/checkpoint` are answered.
    case store, render, part, segment, checkpoint
  }
}
