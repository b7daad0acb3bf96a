import Dispatch

/// The thread of one session.
///
/// libpq blocks, and Swift's cooperative pool has one thread per core: a handful of slow nodes would stop the whole
/// program. Hence every session is an actor whose jobs run here, one at a time, on a serial queue of its own. Dispatch
/// gives each busy queue a thread and takes it back when the queue is idle or gone.
///
/// A task that prefers the same executor changes no threads between one question and the next, which costs more than a
/// short answer.
final class Lane: SerialExecutor, TaskExecutor {
    private let queue = DispatchQueue(label: "polarity.session")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            job.runSynchronously(
                isolatedTo: self.asUnownedSerialExecutor(), taskExecutor: self.asUnownedTaskExecutor())
        }
    }
}
