import Foundation

/// What the contract calls its jobs and videos: UUIDs that belong together.
///
/// A job's ends in three zeros, its videos' are the numbers after it: `…440000` has the videos `…440001`, `…440002`, ….
/// So either leads to the other, whatever is forgotten or restarted. A video's id is also that of the run that makes it.
struct JobID: Sendable, Hashable, CustomStringConvertible {
  /// How many videos a job can have.
  static let capacity = 0xFFF
  private static let stemLength = 33

  /// All but the last three digits, in small letters.
  private let stem: Substring

  var description: String { stem + "000" }

  /// A new one; 110 of its bits are random.
  static func make() -> JobID {
    JobID(stem: UUID().uuidString.lowercased().prefix(stemLength))
  }

  private init(stem: Substring) { self.stem = stem }

  /// - Parameter number: from 1.
  func video(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return stem + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
  }

  /// The job that an id names, or that a video belongs to, and the video's number: 0 for the job itself. Nil for a text
  /// that is no UUID.
  static func parse(_ text: String) -> (job: JobID, number: Int)? {
    let text = text.lowercased()
    guard isUUID(text), let number = Int(text.suffix(3), radix: 16) else { return nil }
    return (JobID(stem: text.prefix(stemLength)), number)
  }

  private static func isUUID(_ text: String) -> Bool {
    guard text.utf8.count == 36 else { return false }
    return text.utf8.enumerated().allSatisfy { index, octet in
      switch index {
      case 8, 13, 18, 23: octet == UInt8(ascii: "-")
      default:
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(octet)
      }
    }
  }
}
