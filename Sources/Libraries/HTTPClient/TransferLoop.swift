import CCurl
import Foundation
import Threads

/// Performs transfers side by side on one thread of its own, with a pool of connections.
final class TransferLoop: Sendable {
  /// `curl_multi_wakeup` is the one function that any thread may call.
  private struct Waker: @unchecked Sendable {
    // Only handed to `curl_multi_wakeup`, and only while the handle exists: see `State.waker`.
    let multi: UnsafeMutableRawPointer
    func wake() { curl_multi_wakeup(multi) }
  }

  private struct State: Sendable {
    var inbox: [(order: TransferOrder, answer: TransferAnswer)] = []
    /// Nil before the thread has made the handle, and before it frees it.
    var waker: Waker?
    var isStopped = false
    /// Why the thread has ended early.
    var failure: HTTPError?
  }

  private let state = Locked(State())
  private let connections: Int

  /// - Parameter connections: most that are open at once.
  init(connections: Int) { self.connections = connections }

  /// Returns when `stop` was called and every transfer has its answer. Blocks: for a thread of its own.
  func run() {
    // OpenSSL writes to sockets without MSG_NOSIGNAL; the signal goes to the thread that writes.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    do {
      let transfers = try Transfers(connections: connections)
      state.withLock { $0.waker = Waker(multi: transfers.multi) }
      defer { state.withLock { $0.waker = nil } }
      try turn(transfers)
    } catch {
      close(with: error)
    }
  }

  /// Gives the order an answer in any case.
  func submit(_ order: TransferOrder, answer: TransferAnswer) {
    let refusal = state.withLock { state -> HTTPError? in
      if let failure = state.failure { return failure }
      state.inbox.append((order, answer))
      state.waker?.wake()
      return nil
    }
    if let refusal { answer.resume(returning: .failure(refusal)) }
  }

  /// To be called when the flag of an order was raised.
  func wake() { state.withLock { $0.waker?.wake() } }

  func stop() {
    state.withLock { state in
      state.isStopped = true
      state.waker?.wake()
    }
  }

  private func turn(_ transfers: Transfers) throws(HTTPError) {
    while true {
      let (orders, isStopped) = state.withLock { state in
        defer { state.inbox = [] }
        return (state.inbox, state.isStopped)
      }
      for (order, answer) in orders { transfers.add(order, answer) }
      if isStopped { throw HTTPError(.cancelled, "the client was closed") }
      transfers.removeCancelled()
      try transfers.perform()
      try transfers.wait()
    }
  }

  private func close(with error: HTTPError) {
    let orders = state.withLock { state in
      defer { state.inbox = [] }
      state.failure = error
      return state.inbox
    }
    for order in orders { order.answer.resume(returning: .failure(error)) }
  }
}

/// The transfers of one thread. Whoever goes away last gives those that are left their answer.
private final class Transfers {
  /// Done once, before any other thread could be in curl.
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  let multi: UnsafeMutableRawPointer
  private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]

  init(connections: Int) throws(HTTPError) {
    guard Self.isReady, let multi = curl_multi_init() else {
      throw HTTPError(.system, "curl_multi_init: out of memory", function: "curl_multi_init")
    }
    self.multi = multi
    vc_curl_multi_set_number(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections)
  }

  deinit {
    for transfer in transfers.values {
      curl_multi_remove_handle(multi, transfer.easy)
      transfer.fail(HTTPError(.cancelled, "the client was closed"))
    }
    transfers = [:]
    curl_multi_cleanup(multi)
  }

  func add(_ order: TransferOrder, _ answer: TransferAnswer) {
    do throws(HTTPError) {
      let transfer = try Transfer.make(order, answer: answer)
      let code = curl_multi_add_handle(multi, transfer.easy)
      guard code == CURLM_OK else { throw Self.error(code, "curl_multi_add_handle") }
      transfers[transfer.easy] = transfer
    } catch {
      answer.resume(returning: .failure(error))
    }
  }

  func removeCancelled() {
    for transfer in transfers.values where transfer.order.cancellation.isRaised {
      remove(transfer)
      transfer.fail(HTTPError(.cancelled, "cancelled"))
    }
  }

  /// Does what can be done without waiting, and gives those that are done their answer.
  func perform() throws(HTTPError) {
    var running: Int32 = 0
    let code = curl_multi_perform(multi, &running)
    guard code == CURLM_OK else { throw Self.error(code, "curl_multi_perform") }
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE,
        let transfer = transfers[message.pointee.easy_handle]
      else { continue }
      // The message is gone once the handle is removed.
      let code = message.pointee.data.result
      remove(transfer)
      transfer.finish(code)
    }
  }

  /// Until something happens to a socket, a time is up, or the loop is woken.
  func wait() throws(HTTPError) {
    let code = curl_multi_poll(multi, nil, 0, transfers.isEmpty ? 60_000 : 1000, nil)
    guard code == CURLM_OK else { throw Self.error(code, "curl_multi_poll") }
  }

  private func remove(_ transfer: Transfer) {
    curl_multi_remove_handle(multi, transfer.easy)
    transfers[transfer.easy] = nil
  }

  private static func error(_ code: CURLMcode, _ function: String) -> HTTPError {
    HTTPError(
      .system, "\(function): \(String(cString: curl_multi_strerror(code)))", code: code.rawValue,
      function: function)
  }
}
