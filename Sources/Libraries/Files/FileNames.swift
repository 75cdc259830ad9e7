import CFiles
import Glibc

/// Names and times of files.
public enum FileNames {
  /// Replaces what has the name already.
  public static func rename(_ path: String, to target: String) throws(FileError) {
    guard Glibc.rename(path, target) == 0 else { throw FileError.last("rename", path) }
  }

  public static func remove(_ path: String) throws(FileError) {
    guard unlink(path) == 0 else { throw FileError.last("unlink", path) }
  }

  /// Makes a folder, unless it is there. Returns whether it was made.
  public static func makeFolder(_ path: String) throws(FileError) -> Bool {
    if mkdir(path, 0o755) == 0 { return true }
    guard errno == EEXIST else { throw FileError.last("mkdir", path) }
    return false
  }

  /// Of the entries of a folder, in no order.
  public static func list(_ path: String) throws(FileError) -> [String] {
    guard let folder = opendir(path) else { throw FileError.last("opendir", path) }
    defer { closedir(folder) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { bytes in
        bytes.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw FileError.last("readdir", path) }
    return names
  }

  /// When the file was last read or said to be in use, in nanoseconds since 1970.
  public static func accessTime(of path: String) throws(FileError) -> Int {
    var info = stat()
    guard stat(path, &info) == 0 else { throw FileError.last("stat", path) }
    return info.st_atim.nanoseconds
  }

  /// Leaves the time of the bytes' change alone.
  public static func setAccessTime(of path: String, to time: Int) throws(FileError) {
    let (seconds, rest) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
    guard vc_set_access_time(path, seconds, rest) == 0 else {
      throw FileError.last("utimensat", path)
    }
  }
}
