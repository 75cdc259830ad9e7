import HTTPTypes
import Synchronization
import Threads

/// What the loops of one server count together.
final class ServerShared: Sendable {
  private struct Connections {
    var count = 0
    var byAddress: [IPAddress: Int] = [:]
  }

  private let connections = Locked(Connections())
  private let requestCount = Atomic(0)
  private let tls: Locked<TLSContext?>

  init(tls: TLSContext?) { self.tls = Locked(tls) }

  var currentTLS: TLSContext? { tls.withLock { $0 } }

  func replaceTLS(_ context: TLSContext) { tls.withLock { $0 = context } }

  /// False when there is no room for it.
  func addConnection(from peer: Peer, _ limits: ServerLimits) -> Bool {
    connections.withLock { connections in
      guard connections.count < limits.connections else { return false }
      if let limit = limits.connectionsPerAddress, let address = peer.address {
        guard connections.byAddress[address, default: 0] < limit else { return false }
        connections.byAddress[address, default: 0] += 1
      }
      connections.count += 1
      return true
    }
  }

  func removeConnection(from peer: Peer, _ limits: ServerLimits) {
    connections.withLock { connections in
      connections.count -= 1
      guard limits.connectionsPerAddress != nil, let address = peer.address else { return }
      let rest = connections.byAddress[address, default: 1] - 1
      connections.byAddress[address] = rest > 0 ? rest : nil
    }
  }

  var connectionCount: Int { connections.withLock { $0.count } }

  /// False when there is no room for it.
  func beginRequest(limit: Int) -> Bool {
    if requestCount.add(1, ordering: .relaxed).newValue <= limit { return true }
    endRequest()
    return false
  }

  func endRequest() { requestCount.subtract(1, ordering: .relaxed) }
}
