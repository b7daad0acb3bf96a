import Dispatch

/// A place of its own for work that blocks, one job at a time.
///
/// libpq and the disk block, and Swift's cooperative pool has one thread per core: a handful of slow nodes would stop the
/// whole program. Hence every session is an actor whose jobs run here, on a serial queue of its own. Dispatch gives each
/// busy queue a thread and takes it back when the queue is idle or gone.
///
/// A task that prefers a session's lane changes no threads between one question and the next, which costs more than a
/// short answer. A default actor that it calls would take its turns here, those of other tasks as well; what writes to
/// the disk therefore has a lane of its own.
public final class Lane: SerialExecutor, TaskExecutor {
    private let queue: DispatchQueue

    /// Makes one; the label is for debuggers.
    public init(_ label: String) { queue = DispatchQueue(label: label) }

    /// Runs a job after those that are waiting.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            job.runSynchronously(
                isolatedTo: self.asUnownedSerialExecutor(), taskExecutor: self.asUnownedTaskExecutor())
        }
    }
}
