/// The name of a task's result: the digest of everything that it depends on.
///
/// The stage's declared cache version stands for its code, its id in the pipeline file does not count: moving or
/// renaming a stage keeps its results.
struct TaskKey: Encodable {
  var stage: String
  var cacheVersion: Int
  var options: [String: Value]
  var inputs: [String: Value]

  init(_ spec: StageSpec, options: [String: Value], inputs: [String: Value]) {
    stage = spec.info.name
    cacheVersion = spec.info.cacheVersion
    self.options = options
    self.inputs = inputs
  }

  var digest: Digest { get throws { try Digest(canonical: self) } }
}
