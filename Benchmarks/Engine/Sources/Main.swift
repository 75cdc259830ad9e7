import Foundation

/// `engine-benchmarks [FOLDER]`: what the engine and its journal cost. FOLDER is on the disk to be measured.
@main
enum Main {
  static func main() async throws {
    let parent = CommandLine.arguments.dropFirst().first ?? FileManager.default.currentDirectoryPath
    let folder = try BenchmarkFolder(in: parent)
    let cores = ProcessInfo.processInfo.activeProcessorCount
    try await SchedulingBenchmark(cores: cores, runs: 1).memory(tasks: 10_000, in: folder.url)
    try await SchedulingBenchmark(cores: cores, runs: 1).durable(tasks: 2000, in: folder.url)
    try await SchedulingBenchmark(cores: cores, runs: 50).durable(tasks: 10_000, in: folder.url)
    try await JournalBenchmark().perform(in: folder.url)
  }
}
