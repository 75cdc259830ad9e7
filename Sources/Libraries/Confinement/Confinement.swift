import CConfinement

/// What a process is held to, and its children with it.
public struct Confinement: Sendable, Hashable {
  /// A folder or a file that may be used.
  public struct Rule: Sendable, Hashable {
    public var path: String
    public var mayWrite: Bool

    public init(_ path: String, mayWrite: Bool = false) {
      self.path = path
      self.mayWrite = mayWrite
    }
  }

  /// Bytes of address space; nil for no limit of ours.
  public var memory: Int?
  /// Bytes of one file; nil for no limit of ours.
  public var fileSize: Int?
  public var openFiles = 1024
  public var deniesNetwork = true
  /// Its children cannot leave its process group, so that killing the group leaves nobody.
  public var keepsGroup = true
  /// The only places that it can reach; nil for all that its user can.
  public var rules: [Rule]?

  public init() {}
}

/// What the kernel can do to hold a process.
public struct ConfinementSupport: Sendable, Hashable {
  /// 0 where there is none.
  public var landlockVersion: Int
  public var filtersCalls: Bool

  public init(landlockVersion: Int, filtersCalls: Bool) {
    self.landlockVersion = landlockVersion
    self.filtersCalls = filtersCalls
  }

  /// Of the kernel that runs here.
  public static var here: ConfinementSupport {
    ConfinementSupport(
      landlockVersion: Int(vc_landlock_version()), filtersCalls: vc_can_filter_calls() != 0)
  }
}
