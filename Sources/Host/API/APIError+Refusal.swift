import HTTPTypes

extension APIError {
  init(_ refusal: RunService.Refusal) {
    switch refusal {
    case .draining:
      self = APIError(
        .serviceUnavailable, .unavailable, "the host is about to stop; try again soon"
      ).retrying(after: 10)
    case .queueIsFull(let waiting):
      self = APIError(
        .tooManyRequests, .queueIsFull, "the queue is full: \(waiting) runs wait or are under way"
      ).retrying(after: 15)
    case .noRoom(let needed, let left):
      self = APIError(
        .serviceUnavailable, .unavailable,
        "the run is estimated to need \(Amount.bytes(needed)) of the disk, and \(Amount.bytes(left)) are left "
          + "beside what other runs need; try again when some of them have ended"
      ).retrying(after: 60)
    case .tooLarge(let needed, let left):
      self = APIError(
        .insufficientStorage, .noRoom,
        "the run is estimated to need \(Amount.bytes(needed)) of the disk, and \(Amount.bytes(left)) are left; "
          + "the operator can make room with `videocraft gc`"
      ).retrying(after: 600)
    }
  }
}
