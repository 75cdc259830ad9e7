/// What a host offers its stages beyond the framework, by its type, such as services that the operator has set up.
///
/// A stage must do without: another host may offer nothing.
public struct HostFacilities: Sendable {
  private var byType: [ObjectIdentifier: any Sendable] = [:]

  public init() {}

  /// Replaces what was there of the same type.
  public mutating func add<Facility: Sendable>(_ facility: Facility) {
    byType[ObjectIdentifier(Facility.self)] = facility
  }

  public subscript<Facility: Sendable>(_ type: Facility.Type) -> Facility? {
    byType[ObjectIdentifier(type)] as? Facility
  }
}

extension StageContext {
  /// What the host offers of this type; nil when it does not.
  public func facility<Facility: Sendable>(_ type: Facility.Type) -> Facility? {
    services.facilities[type]
  }

  /// Like `part`, for what was paid for or cannot be had again: also a stage that is made again takes what is there.
  public func purchase(
    _ key: Digest, named name: String,
    _ make: @Sendable () async throws -> [FileReference]
  ) async throws -> [FileReference] {
    try await services.purchase(key, named: name, make)
  }
}

extension StageServices {
  public var facilities: HostFacilities { HostFacilities() }

  public func purchase(
    _ key: Digest, named name: String,
    _ make: @Sendable () async throws -> [FileReference]
  ) async throws -> [FileReference] {
    try await part(key, named: name, make)
  }
}
