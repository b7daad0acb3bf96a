import Dispatch

/// The thread of one session.
///
/// libpq blocks, and Swift's cooperative pool has one thread per core: a handful of slow nodes would stop the whole
/// program. Hence every session is an actor whose jobs run here, one at a time, on a serial queue of its own. Dispatch
/// gives each busy queue a thread and takes it back when the queue is idle or gone.
final class Lane: SerialExecutor {
    private let queue = DispatchQueue(label: "polarity.session")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
