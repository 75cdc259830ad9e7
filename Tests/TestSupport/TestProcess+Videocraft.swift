public import Foundation

extension TestProcess {
  /// `$VIDEOCRAFT_PROGRAM`, else beside the test bundle, where the build puts every product.
  public static var videocraft: URL {
    if let path = ProcessInfo.processInfo.environment["VIDEOCRAFT_PROGRAM"] {
      return URL(fileURLWithPath: path)
    }
    let folder =
      Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
      ?? URL(fileURLWithPath: CommandLine.arguments[0])
    return folder.deletingLastPathComponent().appendingPathComponent("videocraft")
  }

  /// Starts `videocraft` as a process of its own, which can be killed at any moment.
  public static func videocraft(
    _ arguments: [String], in folder: TestFolder, environment: [String: String] = [:]
  ) async throws -> TestProcess {
    try await TestProcess(videocraft.path, arguments, in: folder.url, environment: environment)
  }
}
