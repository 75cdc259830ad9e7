/// Options of every command that runs something.
enum DataOptions {
  static let dataFolder = OptionSpec(
    name: "data-dir", value: "DIR",
    summary: "where results are kept ($VIDEOCRAFT_DATA_DIR, else ~/.local/share/videocraft)")
  static let cores = OptionSpec(
    name: "cores", value: "N", summary: "how many cores runs may keep busy (all)")

  static func cores(in arguments: Arguments) throws -> Int? {
    guard let text = arguments.value(cores.name) else { return nil }
    guard let count = Int(text), (1...1024).contains(count) else {
      throw UsageError("`--cores` is a number from 1 to 1024, not `\(text)`")
    }
    return count
  }
}
