/// An API that clients of another system were promised, served beside the native one: its paths, bodies, statuses and
/// errors are those of its own document, and a pipeline file does its work.
protocol Contract: Sendable {
  var endpoints: [Endpoint] { get }
}
