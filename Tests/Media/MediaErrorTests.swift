import Foundation
import Pipeline
import Testing

@testable import Media

@Suite("Errors of media", .timeLimit(.minutes(5)))
struct MediaErrorTests {
  @Test("a full disk is told as such, and is nothing that another attempt mends")
  func fullDisk() {
    let error = MediaError(storing: "`a.wav`", CocoaError(.fileWriteOutOfSpace)).stageError
    #expect(error.errorClass == .configuration)
    #expect(
      error.message == "the disk is full: `a.wav` could not be written; make room and run again")
  }

  @Test("another reason why something cannot be written is kept as the cause")
  func otherReason() {
    let error = MediaError(storing: "`a.wav`", CocoaError(.fileWriteNoPermission)).stageError
    #expect(error.message == "`a.wav` could not be written")
    #expect(error.cause?.isEmpty == false)
  }
}
