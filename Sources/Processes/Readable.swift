/// Waits until a descriptor can be read from; false where the task was cancelled first. The descriptor must stay open
/// until then, and only one may wait for it.
package func readable(_ descriptor: Int32) async -> Bool {
  await DescriptorWaiter.current.firstReadable([descriptor]) != nil
}
