import CZimg

/// What zimg could not do, in its own words.
public struct ZimgError: Error, Sendable, Hashable, CustomStringConvertible {
  public let function: String
  public let code: Int
  public let message: String

  public var description: String { "\(function): \(message)" }

  init(_ function: String, code: Int, message: String) {
    self.function = function
    self.code = code
    self.message = message
  }

  /// The error that this thread met last.
  static func last(_ function: String) -> ZimgError {
    var buffer = [CChar](repeating: 0, count: 512)
    let code = zimg_get_last_error(&buffer, buffer.count)
    let text = buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    return ZimgError(
      function, code: Int(code.rawValue), message: String(decoding: text, as: UTF8.self))
  }
}

/// Brings part of a plane of 8-bit samples to another size, at fractions of a sample. One thread at a time.
///
/// Unlike libswscale it takes a part that begins anywhere between two samples, so that slow moves do not jump from
/// sample to sample. Where the part reaches beyond the plane the samples at its edge are repeated.
public struct PlaneScaler: ~Copyable {
  /// A part of a plane in samples from its upper left edge: 0.5 is the middle of the first sample.
  public struct Region: Sendable, Hashable {
    public var left: Double
    public var top: Double
    public var width: Double
    public var height: Double

    public init(left: Double, top: Double, width: Double, height: Double) {
      self.left = left
      self.top = top
      self.width = width
      self.height = height
    }
  }

  /// Addresses and strides must be multiples of it.
  public static let alignment = 32

  private let graph: OpaquePointer
  private let scratch: UnsafeMutableRawPointer

  private init(graph: OpaquePointer, scratch: UnsafeMutableRawPointer) {
    self.graph = graph
    self.scratch = scratch
  }

  deinit {
    zimg_filter_graph_free(graph)
    scratch.deallocate()
  }

  /// - Parameters:
  ///   - source: width and height of the plane in samples, at least 1.
  ///   - region: what of it fills the target.
  ///   - target: width and height of the result, at least 1.
  public static func open(
    from source: (width: Int, height: Int), region: Region, to target: (width: Int, height: Int)
  ) throws(ZimgError) -> PlaneScaler {
    guard source.width > 0, source.height > 0, target.width > 0, target.height > 0,
      region.width > 0, region.height > 0,
      [region.left, region.top, region.width, region.height].allSatisfy(\.isFinite)
    else {
      throw ZimgError("PlaneScaler.open", code: 0, message: "a plane or a part of it is empty")
    }
    var input = format(source)
    shim_zimg_set_region(&input, region.left, region.top, region.width, region.height)
    var output = format(target)
    var settings = zimg_graph_builder_params()
    zimg_graph_builder_params_default(&settings, shim_zimg_version())
    // Catmull-Rom: sharp, and hardly any ringing.
    settings.resample_filter = ZIMG_RESIZE_BICUBIC
    settings.filter_param_a = 0
    settings.filter_param_b = 0.5
    guard let graph = zimg_filter_graph_build(&input, &output, &settings) else {
      throw .last("zimg_filter_graph_build")
    }
    var byteCount = 0
    guard zimg_filter_graph_get_tmp_size(graph, &byteCount) == ZIMG_ERROR_SUCCESS else {
      defer { zimg_filter_graph_free(graph) }
      throw .last("zimg_filter_graph_get_tmp_size")
    }
    return PlaneScaler(
      graph: graph,
      scratch: .allocate(byteCount: max(byteCount, alignment), alignment: alignment))
  }

  /// Both planes must have the sizes that the scaler was opened with.
  public mutating func scale(
    _ source: UnsafePointer<UInt8>, stride: Int, into target: UnsafeMutablePointer<UInt8>,
    targetStride: Int
  ) throws(ZimgError) {
    let addresses = [UInt(bitPattern: source), UInt(bitPattern: target)]
    guard
      (addresses + [UInt(stride), UInt(targetStride)]).allSatisfy({ $0 % UInt(Self.alignment) == 0 }
      )
    else {
      throw ZimgError("PlaneScaler.scale", code: 0, message: "a plane is not aligned")
    }
    let result = shim_zimg_process_plane(graph, source, stride, target, targetStride, scratch)
    guard result == ZIMG_ERROR_SUCCESS else { throw .last("zimg_filter_graph_process") }
  }

  private static func format(_ size: (width: Int, height: Int)) -> zimg_image_format {
    var format = zimg_image_format()
    zimg_image_format_default(&format, shim_zimg_version())
    format.width = UInt32(clamping: size.width)
    format.height = UInt32(clamping: size.height)
    format.pixel_type = ZIMG_PIXEL_BYTE
    format.color_family = ZIMG_COLOR_GREY
    // Every value is kept as it is: nothing but the size changes.
    format.pixel_range = ZIMG_RANGE_FULL
    return format
  }
}
