/// Options of every command that runs something.
enum DataOptions {
  static let dataFolder = OptionSpec(
    name: "data-dir", value: "DIR",
    summary: "where results are kept ($VIDEOCRAFT_DATA_DIR, else ~/.local/share/videocraft)")
  static let cores = OptionSpec(
    name: "cores", value: "N", summary: "how many cores runs may keep busy (all)")

  static let secretsFile = OptionSpec(
    name: "secrets-file", value: "FILE",
    summary: "a YAML map from name to text that only you may read ($VIDEOCRAFT_SECRET_NAME else)")

  static func cores(in arguments: Arguments) throws -> Int? {
    guard let text = arguments.value(cores.name) else { return nil }
    guard let count = Int(text), (1...1024).contains(count) else {
      throw UsageError("`--cores` is a number from 1 to 1024, not `\(text)`")
    }
    return count
  }
}
