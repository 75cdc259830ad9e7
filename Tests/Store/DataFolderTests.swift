import Foundation
import Store
import TestSupport
import Testing

@Suite("Data folders", .timeLimit(.minutes(5)))
struct DataFolderTests {
  @Test("a data folder has one owner at a time, whose process is named")
  func lock() throws {
    let folder = try TestFolder()
    let url = folder.file("data")
    var first: DataFolder? = try DataFolder(url)
    let error = #expect(throws: DataFolderError.self) { try DataFolder(url) }
    let process = ProcessInfo.processInfo.processIdentifier
    #expect(error?.description.contains("in use by process \(process)") == true)
    #expect(first?.url == url)
    first = nil
    _ = try DataFolder(url)
  }

  @Test("scratch that attempts left is gone at the next start")
  func scratch() throws {
    let folder = try TestFolder()
    let left = try folder.folder("data/scratch/run 1")
    try Data("half a film".utf8).write(to: left.appendingPathComponent("half.mp4"))
    let data = try DataFolder(folder.file("data"))
    #expect(!FileManager.default.fileExists(atPath: data.scratch.path))
  }
}
