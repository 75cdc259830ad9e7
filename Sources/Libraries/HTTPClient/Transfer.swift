import CCurl
import Foundation
import Threads

/// One request to one address, as it goes to the thread that performs it.
struct TransferOrder: Sendable {
  var request: HTTPRequest
  var address: WebAddress
  /// What is left of the total time; nil: no limit.
  var timeLeft: Duration?
  /// Where the body of a success goes; nil for memory.
  var file: URL?
  var progress: (@Sendable (HTTPProgress) -> Void)?
  /// Gets the body of a success instead of memory or a file.
  var take: (@Sendable ([UInt8]) -> Void)?
  var settings: TransferSettings
  var cancellation: CancellationFlag
  var answer: CheckedContinuation<Result<HTTPResponse, HTTPError>, Never>
}

/// What all transfers of a client have in common.
struct TransferSettings: Sendable {
  var rules: OutboundRules
  /// Trusted instead of the system's certificates; a PEM file.
  var certificates: URL?
  var userAgent: String
  /// The path of the Unix socket that everything goes to; nil for the network.
  var socket: String?
}

/// One request under way. Lives on the thread of its `TransferLoop`; curl's callbacks come there too.
final class Transfer {
  let order: TransferOrder
  let easy: UnsafeMutableRawPointer
  private let upload: UploadSource
  private var headerList: UnsafeMutablePointer<curl_slist>?
  private let errorText: UnsafeMutablePointer<CChar>
  private var head = ResponseHead()
  private var sink: BodySink
  /// Why one of our callbacks ended the transfer.
  private var failure: HTTPError?
  /// Why the rules forbade an address of the name.
  private var refusal: String?
  /// A callback ended the transfer because it had all that was needed.
  private var hasEnough = false
  private var nextReport = ContinuousClock.now

  static func make(_ order: TransferOrder) throws(HTTPError) -> Transfer {
    let upload = try UploadSource(order.request.body)
    guard let easy = curl_easy_init() else {
      throw HTTPError(.system, "curl_easy_init: out of memory", function: "curl_easy_init")
    }
    let transfer = Transfer(order, owning: easy, upload)
    try transfer.configure()
    return transfer
  }

  private init(
    _ order: TransferOrder, owning easy: UnsafeMutableRawPointer, _ upload: consuming UploadSource
  ) {
    self.order = order
    self.easy = easy
    self.upload = upload
    sink = BodySink(file: order.file, limit: order.request.limits.maximumBytes)
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    curl_easy_cleanup(easy)
    curl_slist_free_all(headerList)
    errorText.deallocate()
  }

  /// Tells what the transfer came to. Called once, after it has left the multi handle; there is no file of a failed
  /// download any more when the answer is heard.
  func finish(_ code: CURLcode) {
    do {
      let response = try response(code)
      order.answer.resume(returning: .success(response))
    } catch {
      fail(error)
    }
  }

  func fail(_ error: HTTPError) {
    sink.discard()
    order.answer.resume(returning: .failure(error))
  }

  private func response(_ code: CURLcode) throws(HTTPError) -> HTTPResponse {
    if let failure { throw failure }
    guard code == CURLE_OK || hasEnough && code == CURLE_WRITE_ERROR else {
      if let refusal, code == CURLE_COULDNT_CONNECT || code == CURLE_ABORTED_BY_CALLBACK {
        throw HTTPError(.refused, "`\(order.address.host)` is not allowed: \(refusal)")
      }
      throw HTTPError(code, host: order.address.host, detail: String(cString: errorText))
    }
    guard head.isFinal else {
      throw HTTPError(.badResponse, "`\(order.address.host)` sent no complete head of a response")
    }
    let body = try sink.finish(status: head.status)
    report(isLast: true)
    return HTTPResponse(
      status: head.status, headers: head.headers, body: body, url: order.address.text,
      byteCount: sink.byteCount)
  }

  // MARK: What happens meanwhile

  fileprivate func receive(headerLine line: UnsafeRawBufferPointer) -> Bool {
    if head.append(line) { return true }
    failure = HTTPError(.tooLarge, "`\(order.address.host)` sent more headers than allowed")
    return false
  }

  fileprivate func receive(body bytes: UnsafeRawBufferPointer) -> Bool {
    if let take = order.take, (200..<300).contains(head.status) {
      take(Array(bytes))
      return true
    }
    do {
      hasEnough = try !sink.append(bytes, status: head.status)
    } catch {
      failure = error
      if case .tooLarge = error.reason { failure?.message = tooLarge }
      return false
    }
    report(isLast: false)
    return !hasEnough
  }

  fileprivate func send(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = upload.read(into: buffer)
    if count >= 0 { return count }
    failure = HTTPError(
      .file, "the body cannot be read: \(String(cString: strerror(errno)))", code: errno,
      function: "read")
    return Int(CURL_READFUNC_ABORT)
  }

  fileprivate func seek(to offset: Int) -> Bool { upload.seek(to: offset) }

  /// Whether everything goes to one socket of this machine.
  fileprivate var isLocal: Bool { order.settings.socket != nil }

  /// Whether an address may be connected to, or be asked something.
  fileprivate func allows(_ address: IPAddress?, port: Int) -> Bool {
    guard let address else {
      refusal = "it is not an address of the internet"
      return false
    }
    guard let problem = order.settings.rules.refusal(of: address, port: port) else { return true }
    refusal = problem
    return false
  }

  private var tooLarge: String {
    "`\(order.address.host)` sends more than the \(order.request.limits.maximumBytes) bytes "
      + "that are allowed"
  }

  /// At most five times a second, and at the end.
  private func report(isLast: Bool) {
    guard let progress = order.progress, (200..<300).contains(head.status) else { return }
    let now = ContinuousClock.now
    guard isLast || now >= nextReport else { return }
    nextReport = now + .milliseconds(200)
    var total: curl_off_t = -1
    _ = vc_curl_get_offset(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &total)
    progress(HTTPProgress(received: sink.byteCount, total: total >= 0 ? Int(total) : nil))
  }
}

// MARK: - Setting up

extension Transfer {
  private func configure() throws(HTTPError) {
    try set(CURLOPT_URL, order.address.text)
    try set(CURLOPT_PROTOCOLS_STR, "http,https")
    try set(CURLOPT_PROXY, "")
    if let socket = order.settings.socket { try set(CURLOPT_UNIX_SOCKET_PATH, socket) }
    try set(CURLOPT_FOLLOWLOCATION, 0)
    try set(CURLOPT_NOSIGNAL, 1)
    // A cancelled transfer must not wait for the resolver, which cannot be interrupted.
    try set(CURLOPT_QUICK_EXIT, 1)
    try set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
    try configureTLS()
    try configureLimits()
    try configureCallbacks()
    try configureMethod()
    try configureHeaders()
  }

  private func configureTLS() throws(HTTPError) {
    try set(CURLOPT_SSL_VERIFYPEER, 1)
    try set(CURLOPT_SSL_VERIFYHOST, 2)
    try set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
    guard let certificates = order.settings.certificates else { return }
    try set(CURLOPT_CAINFO, certificates.path)
  }

  private func configureLimits() throws(HTTPError) {
    let limits = order.request.limits
    try set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(limits.connect))
    try set(CURLOPT_LOW_SPEED_LIMIT, max(1, limits.minimumRate))
    try set(CURLOPT_LOW_SPEED_TIME, max(1, Int(clamping: limits.stall.components.seconds)))
    if let timeLeft = order.timeLeft {
      try set(CURLOPT_TIMEOUT_MS, Self.milliseconds(timeLeft))
    }
    if let rate = limits.maximumRate {
      try set(offset: CURLOPT_MAX_RECV_SPEED_LARGE, max(1, rate))
      // Curl looks at the rate after up to 100 reads: so that these are no more than a second's worth.
      try set(CURLOPT_BUFFERSIZE, min(max(rate / 100, 1024), 16 << 10))
    }
  }

  private func configureCallbacks() throws(HTTPError) {
    let me = Unmanaged.passUnretained(self).toOpaque()
    try set(CURLOPT_ERRORBUFFER, pointer: errorText)
    try check(vc_curl_set_transfer(easy, CURLOPT_HEADERFUNCTION, receiveHeader), "HEADERFUNCTION")
    try set(CURLOPT_HEADERDATA, pointer: me)
    try check(vc_curl_set_transfer(easy, CURLOPT_WRITEFUNCTION, receiveBody), "WRITEFUNCTION")
    try set(CURLOPT_WRITEDATA, pointer: me)
    try check(vc_curl_set_open_socket(easy, openSocket), "OPENSOCKETFUNCTION")
    try set(CURLOPT_OPENSOCKETDATA, pointer: me)
    // A connection that was kept open is not opened again, so its peer is checked here too.
    try check(vc_curl_set_before_request(easy, beforeRequest), "PREREQFUNCTION")
    try set(CURLOPT_PREREQDATA, pointer: me)
  }

  private func configureMethod() throws(HTTPError) {
    let method = order.request.method
    if let size = upload.fileSize {
      let me = Unmanaged.passUnretained(self).toOpaque()
      try set(CURLOPT_UPLOAD, 1)
      try set(offset: CURLOPT_INFILESIZE_LARGE, size)
      try check(vc_curl_set_transfer(easy, CURLOPT_READFUNCTION, sendBody), "READFUNCTION")
      try set(CURLOPT_READDATA, pointer: me)
      try check(vc_curl_set_seek(easy, seekBody), "SEEKFUNCTION")
      try set(CURLOPT_SEEKDATA, pointer: me)
    } else if upload.memory != nil || ["POST", "PUT", "PATCH"].contains(method) {
      try set(CURLOPT_POST, 1)
      try set(offset: CURLOPT_POSTFIELDSIZE_LARGE, upload.memory?.count ?? 0)
      // Never nil: curl would then ask its read function for a body.
      try set(CURLOPT_POSTFIELDS, pointer: upload.memory?.baseAddress ?? .init(errorText))
    } else if method == "HEAD" {
      try set(CURLOPT_NOBODY, 1)
    }
    if method != "HEAD" { try set(CURLOPT_CUSTOMREQUEST, method) }
  }

  private func configureHeaders() throws(HTTPError) {
    let headers = order.request.headers
    // Without these, curl adds a media type of its own and waits for an interim answer to large bodies.
    for name in ["Content-Type", "Expect"] where headers[name] == nil { try add("\(name):") }
    if headers["User-Agent"] == nil { try add("User-Agent: \(order.settings.userAgent)") }
    for header in headers {
      try add(header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
    }
    try set(CURLOPT_HTTPHEADER, pointer: headerList)
  }

  private func add(_ line: String) throws(HTTPError) {
    guard let list = curl_slist_append(headerList, line) else {
      throw HTTPError(.system, "curl_slist_append: out of memory", function: "curl_slist_append")
    }
    headerList = list
  }

  private func set(_ option: CURLoption, _ value: Int) throws(HTTPError) {
    try check(vc_curl_set_number(easy, option, value), "curl_easy_setopt(\(option.rawValue))")
  }

  private func set(offset option: CURLoption, _ value: Int) throws(HTTPError) {
    try check(vc_curl_set_offset(easy, option, value), "curl_easy_setopt(\(option.rawValue))")
  }

  private func set(_ option: CURLoption, _ value: String) throws(HTTPError) {
    try check(vc_curl_set_text(easy, option, value), "curl_easy_setopt(\(option.rawValue))")
  }

  private func set(
    _ option: CURLoption, pointer: UnsafeMutableRawPointer?
  ) throws(HTTPError) {
    try check(vc_curl_set_pointer(easy, option, pointer), "curl_easy_setopt(\(option.rawValue))")
  }

  /// From 1, since curl takes 0 for no limit.
  private static func milliseconds(_ duration: Duration) -> Int {
    let (seconds, attoseconds) = duration.components
    let whole = Int(clamping: min(seconds, 1 << 30)) * 1000
    return max(1, whole + Int(attoseconds / 1_000_000_000_000_000))
  }
}

// MARK: - Called by curl, on the thread of the loop

private func transfer(_ data: UnsafeMutableRawPointer?) -> Transfer? {
  data.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
}

private func receiveHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ data: UnsafeMutableRawPointer?
) -> Int {
  let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
  return transfer(data)?.receive(headerLine: line) == true ? line.count : -1
}

private func receiveBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ data: UnsafeMutableRawPointer?
) -> Int {
  let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
  return transfer(data)?.receive(body: piece) == true ? piece.count : -1
}

private func sendBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ data: UnsafeMutableRawPointer?
) -> Int {
  transfer(data)?.send(into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
    ?? Int(CURL_READFUNC_ABORT)
}

private func seekBody(
  _ data: UnsafeMutableRawPointer?, _ offset: curl_off_t, _ origin: Int32
) -> Int32 {
  // Curl seeks from the start only.
  origin == SEEK_SET && transfer(data)?.seek(to: Int(offset)) == true
    ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
}

private func openSocket(
  _ data: UnsafeMutableRawPointer?, _ purpose: curlsocktype,
  _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
  guard let address, let transfer = transfer(data),
    let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr)
  else { return CURL_SOCKET_BAD }
  // The memory goes on behind the declared member: `addrlen` bytes.
  let raw = UnsafeRawPointer(address) + offset
  if transfer.isLocal {
    return address.pointee.family == AF_UNIX
      ? socket(AF_UNIX, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
      : CURL_SOCKET_BAD
  }
  let peer = IPAddress(
    raw.assumingMemoryBound(to: sockaddr.self), byteCount: Int(address.pointee.addrlen))
  // Both families have the port in the same place, in network order.
  let port = Int(UInt16(bigEndian: raw.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
  guard transfer.allows(peer, port: port) else { return CURL_SOCKET_BAD }
  return socket(
    address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue),
    address.pointee.protocol)
}

private func beforeRequest(
  _ data: UnsafeMutableRawPointer?, _ peer: UnsafeMutablePointer<CChar>?,
  _ local: UnsafeMutablePointer<CChar>?, _ peerPort: Int32, _ localPort: Int32
) -> Int32 {
  guard let transfer = transfer(data) else { return CURL_PREREQFUNC_ABORT }
  // Curl knows no other way than its socket.
  if transfer.isLocal { return CURL_PREREQFUNC_OK }
  guard let peer else { return CURL_PREREQFUNC_ABORT }
  return transfer.allows(IPAddress(String(cString: peer)), port: Int(peerPort))
    ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}
