import CFFmpeg

/// How the C library keeps memory that is free again.
public enum HeapPolicy {
  private static let isApplied: Void = shim_return_memory()

  /// Memory of encoders that are gone belongs to the system again, for the whole process. The first encoder sees to it;
  /// what a program has already taken by then stays, so that programs which render much call it when they begin.
  public static func apply() { _ = isApplied }
}
