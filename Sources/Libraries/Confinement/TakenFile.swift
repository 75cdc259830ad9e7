import CConfinement
public import Foundation

/// Takes files from where somebody else may change everything at any moment.
public enum TakenFile {
  /// Moves a regular file to `target`; the way to it leads through no symbolic link and never out of `folder`.
  ///
  /// - Parameter relative: where in `folder`.
  /// - Returns: nil, or the reason why not.
  public static func take(_ relative: String, from folder: URL, to target: URL) -> String? {
    let code = vc_take_file(folder.path, relative, target.path)
    switch code {
    case 0: return nil
    case ENOENT: return "there is no such file"
    case ELOOP: return "it is no regular file, or behind a symbolic link"
    case EXDEV: return "it is outside of the scratch folder"
    default: return String(cString: strerror(code))
    }
  }
}
