/// Routes by the segments of their patterns. Names come before parameters, parameters before a rest.
struct RouteTree<Value: Sendable>: Sendable {
  struct Match {
    let methods: [Method: Value]
    let values: [[String]]
  }

  private var methods: [Method: Value] = [:]
  private var literals: [String: RouteTree] = [:]
  private var parameter: [RouteTree] = []
  private var rest: [Method: Value] = [:]

  /// Returns false when there is such a route already.
  mutating func insert(
    _ value: Value, _ method: Method, at segments: ArraySlice<RoutePattern.Segment>
  ) -> Bool {
    guard let first = segments.first else {
      return methods.updateValue(value, forKey: method) == nil
    }
    let following = segments.dropFirst()
    switch first {
    case .literal(let name):
      return literals[name, default: RouteTree()].insert(value, method, at: following)
    case .parameter:
      // An array of at most one, because a struct cannot hold itself.
      if parameter.isEmpty { parameter.append(RouteTree()) }
      return parameter[0].insert(value, method, at: following)
    case .rest: return rest.updateValue(value, forKey: method) == nil
    }
  }

  /// The first place that has routes for this path, with the values of its parameters in order.
  func find(_ segments: ArraySlice<String>) -> Match? {
    guard let first = segments.first else {
      return methods.isEmpty ? nil : Match(methods: methods, values: [])
    }
    if let match = literals[first]?.find(segments.dropFirst()) { return match }
    if !first.isEmpty, let match = parameter.first?.find(segments.dropFirst()) {
      return Match(methods: match.methods, values: [[first]] + match.values)
    }
    return rest.isEmpty ? nil : Match(methods: rest, values: [Array(segments)])
  }
}
