import Glibc

/// How the threads that wait on many sockets share the processors with others.
public enum ThreadScheduling {
    /// `SCHED_BATCH` of `<sched.h>`, which hides it from Swift.
    private static let batch: Int32 = 3

    /// Makes the calling thread one of Linux's `SCHED_BATCH`: when it is woken it waits until whoever runs is done or has
    /// had its turn, instead of interrupting them. A loop is woken by every answer of a database server and every
    /// request of a client on the same machine; interrupting them it would serve one at a time, at two changes of
    /// thread each, and waiting it finds many. Needs no privilege, and a system that refuses is as good as before.
    public static func waitForTurn() {
        var parameters = sched_param()
        _ = sched_setscheduler(0, batch, &parameters)
    }
}
